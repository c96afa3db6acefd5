// Asks on the terminal. Prompts go to stderr, so that the result on stdout can be redirected.
import { triageAnswers } from '@failmode/catalogue'
import { FailmodeError } from '@failmode/core'
import { paragraph } from '../terminal/paragraph.ts'
import type { Asker, FactReply } from './interview.ts'
import { candidateLines, type TextOptions } from './triage-text.ts'

/** How many candidates are shown between questions. */
const shown = 5

export async function terminalAsker(options: TextOptions): Promise<Asker> {
  const { input, select } = await import('@inquirer/prompts')
  const context = { output: process.stderr }
  // Broken here at spaces: the prompts themselves break lines in the middle of words.
  const wrap = (text: string) => paragraph(text, options.width - 4)
  const say = (text: string) => process.stderr.write(`${text}\n`)
  return {
    complaint: () =>
      answered(async () => {
        const text = await input({ message: 'What is the complaint, in plain words?' }, context)
        return text.trim() === '' ? null : text
      }),
    show: (result) => {
      say('')
      say(candidateLines({ ...result, candidates: result.candidates.slice(0, shown) }, options))
      say(paragraph(result.statement, options.width))
      say('')
    },
    question: ({ text, why }) =>
      answered(() =>
        select(
          {
            message: wrap(text),
            choices: [
              ...triageAnswers.map((value) => ({ value, description: wrap(why) })),
              {
                value: 'stop' as const,
                name: 'stop asking',
                description: 'go on to the facts of the rating',
              },
            ],
          },
          context,
        ),
      ),
    fact: ({ question, answers, concerns }) =>
      answered(() =>
        select<FactReply>(
          {
            message: wrap(question),
            choices: [
              ...answers.map((answer) => ({
                value: { answer },
                name: answer === true ? 'yes' : answer === false ? 'no' : answer,
                description: wrap(`bears on the rating of ${concerns.join(', ')}`),
              })),
              { value: 'unknown' as const, name: 'unknown', description: 'the worst is taken' },
              { value: 'stop' as const, name: 'stop asking', description: 'print the result' },
            ],
          },
          context,
        ),
      ),
  }
}

/** Ctrl-C at a prompt is an interruption and no mistake of ours. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ExitPromptError') {
      throw new FailmodeError('interrupted', {
        message: 'the triage was stopped; nothing was written.',
        cause,
      })
    }
    throw cause
  }
}
