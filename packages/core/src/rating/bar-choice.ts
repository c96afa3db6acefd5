// Which bug bar rates: a published one by its id, or one of the user's own, which then stands whole in run.json, so that
// a stored run can be judged and read again without the file that it came from.
import { type Catalogue, type OwnBugBar, withBugBar } from '@failmode/catalogue'

/** Id of a published bar, such as `sdl-aiml-2019`, or a bar of the user's own. */
export type BarChoice = string | OwnBugBar

export interface ChosenBar {
  /** With the user's bar in it, where one was chosen. */
  readonly catalogue: Catalogue
  readonly bugBar: string
  readonly ownBugBar: OwnBugBar | undefined
}

/** Throws `catalogue-bug-bar-invalid` when a bar of the user's own cannot be used. */
export function chooseBar(catalogue: Catalogue, choice: BarChoice): ChosenBar {
  if (typeof choice === 'string') return { catalogue, bugBar: choice, ownBugBar: undefined }
  return { catalogue: withBugBar(catalogue, choice), bugBar: choice.id, ownBugBar: choice }
}

/** The bar that a stored run was rated by. */
export function barOf(run: {
  readonly bugBar: string
  readonly ownBugBar?: OwnBugBar | undefined
}): BarChoice {
  return run.ownBugBar?.id === run.bugBar ? run.ownBugBar : run.bugBar
}
