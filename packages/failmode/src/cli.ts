#!/usr/bin/env node
// The command line. Each command is one file and is loaded only when it is asked for, so `--help` stays quick.
// Results go to stdout, progress and errors to stderr; the exit status is the design's.
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'

export interface CommandModule {
  /** Does the work and gives the exit status. */
  run(args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<number>
}

// Beside the folder of this file, in the repository as in the published package.
const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

const program = new Command('failmode')
  .description(
    'Crash-test lab for machine learning: measures the 17 failure modes of a model, its data and its files.',
  )
  .version(version, '-V, --version')
  .option('--debug', 'show stack traces')
  .exitOverride()
  .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
  .showSuggestionAfterError(true)
  // Commander's own errors in the words of all others: the code first.
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'error usage: ')) })

let status = 0

function command(
  usage: string,
  summary: string,
  load: () => Promise<CommandModule>,
  define: (command: Command) => Command = (c) => c,
  parent: Command = program,
): void {
  define(parent.command(usage).description(summary)).action(async (...all: unknown[]) => {
    const own = all.pop() as Command
    all.pop()
    const module = await load()
    status = await module.run(
      all.flat().filter((arg) => arg !== undefined) as string[],
      own.optsWithGlobals(),
    )
  })
}

const systemOptions = (c: Command): Command =>
  c
    .option('--config <file>', 'configuration (default: failmode.config.{ts,js,json,yaml} here)')
    .option('--model <file>', 'ONNX model, instead of a configuration')
    .option('--data <path>', 'labelled data for --model')

const runOptions = (c: Command): Command =>
  systemOptions(c)
    .option('--only <expr>', 'modes, checks or tags, comma-separated; a minus takes out')
    .option('--budget <name>', 'quick, standard or thorough')
    .option('--seed <n>', 'seed of every random draw')
    .option('--max-queries <n>', 'the most queries and gradients that the run may spend')
    .option('--reference-compatible', 'do as published code where it differs from its paper')

command(
  'demo',
  'run the bundled digits system and write a report',
  () => import('./commands/demo.ts'),
  (c) =>
    c
      .option('--only <expr>', 'modes, checks or tags, comma-separated; a minus takes out')
      .option('--out <dir>', 'run folder')
      .option('--budget <name>', 'quick, standard or thorough')
      .option('--seed <n>', 'seed of every random draw')
      .option('--workers <n>', 'worker threads')
      .option('--json', 'print run.json instead of the table'),
)
command(
  'init',
  'write a configuration by looking at a model and its data',
  () => import('./commands/init.ts'),
  (c) =>
    c
      .requiredOption('--model <file>', 'ONNX model')
      .requiredOption('--data <path>', 'labelled data: npz, npy, csv, idx, or a folder of pictures')
      .option('--out <file>', 'where to write', 'failmode.config.json')
      .option('--name <name>', 'name of the system')
      .option('--force', 'overwrite an existing file')
      .option('--json', 'print the candidates as JSON'),
)
command(
  'doctor',
  'show what this machine has and what is missing',
  () => import('./commands/doctor.ts'),
  (c) => c.option('--json', 'print as JSON'),
)
command(
  'plan',
  'show which checks would run, what they cost, and why others would not',
  () => import('./commands/plan.ts'),
  (c) => runOptions(c).option('--json', 'print as JSON'),
)
command(
  'run',
  'measure, judge, gate and report',
  () => import('./commands/run.ts'),
  (c) =>
    runOptions(c)
      .option('--out <dir>', 'run folder (default: failmode-runs/<id>)')
      .option('--format <list>', 'reports to write beside run.json: html, md, json, sarif, junit', 'html')
      .option('--fail-on <severity>', 'fail at this bug-bar severity or above')
      .option('--baseline <file>', 'what is known and accepted; only what is new or worse fails the gate')
      .option('--resume <dir>', 'go on with an interrupted run')
      .option('--workers <n>', 'worker threads (default: one a core)')
      .option('--bug-bar <bar>', 'bug bar that rates: the id of a published one, or a file of your own')
      .option('--json', 'print run.json instead of the table'),
)
command(
  'judge <run>',
  'rate a stored run again with other thresholds or another bug bar',
  () => import('./commands/judge.ts'),
  (c) =>
    c
      .option('--config <file>', 'configuration whose probe thresholds, assets and gate are used')
      .option('--bug-bar <bar>', 'bug bar that rates: the id of a published one, or a file of your own')
      .option('--fail-on <severity>', 'fail at this bug-bar severity or above')
      .option('--out <file>', 'where to write the judged document (default: print the table only)')
      .option('--json', 'print the judged document'),
)
command(
  'report <run>',
  'write a report of a stored run',
  () => import('./commands/report.ts'),
  (c) =>
    c
      .option('--format <form>', 'html, md, json, sarif, junit or csv', 'html')
      .option('--audience <who>', 'whom findings are written for: engineer, responder or policy')
      .option('--share-safe', 'leave out samples, host names and paths, as sarif and junit do by themselves')
      .option('--no-share-safe', 'keep them in sarif and junit')
      .option(
        '--output <file>',
        'where to write (default: stdout, and report.html in the run folder for html)',
      ),
)
command(
  'baseline <action> <run>',
  'create, update or prune the file of what is known and accepted',
  () => import('./commands/baseline.ts'),
  (c) => c.option('--out <file>', 'the baseline (default: failmode-baseline.json)'),
)
command(
  'diff <first> <second>',
  'compare two stored runs in pairs, measurement by measurement',
  () => import('./commands/diff.ts'),
  (c) => c.option('--json', 'print as JSON, with every sample that changed'),
)
command(
  'list',
  'list failure modes and the checks of this version',
  () => import('./commands/list.ts'),
  (c) => c.option('--json', 'print as JSON'),
)
command(
  'explain <word...>',
  'explain a mode, variant, check, attack, measurement, severity, term or id',
  () => import('./commands/explain.ts'),
  (c) =>
    c
      .option('--for <audience>', 'engineer, responder or policy (default: engineer)')
      .option('--audience <audience>', 'the same as --for')
      .option('--json', 'print as JSON'),
)
command(
  'triage [complaint...]',
  'from a complaint to the modes that could explain it, and what to do first',
  () => import('./commands/triage.ts'),
  (c) =>
    c
      .option('--answers <file>', 'JSON or YAML: complaint, answers and facts, instead of being asked')
      .option('--format <form>', 'text, md or json (default: text, or md with --output)')
      .option('--json', 'the same as --format json')
      .option('--output <file>', 'where to write (default: stdout)'),
)
const scanOptions = (c: Command): Command =>
  c
    .option('--exclude <globs...>', 'files to leave out; .git folders are left out always')
    .option('--all', 'show clean files and notes too')
    .option('--seconds <n>', 'limit for one file (default: 120)')
    .option('--format <form>', 'text, json or sarif (default: text)')
    .option('--json', 'the same as --format json')
    .option('--output <file>', 'write the document there (json or sarif)')

const lockOptions = (c: Command): Command =>
  c.option('--config <file>', 'configuration whose artifacts are locked').option('--json', 'print as JSON')

const model = program.command('model').description('look into, lock, sign, verify and compare model files')
for (const parent of [program, model]) {
  command(
    'scan <paths...>',
    'look into model files: what they would run, and whether they are what they seem',
    () => import('./commands/scan.ts'),
    scanOptions,
    parent,
  )
  command(
    'lock [paths...]',
    'write sha-256 digests of the artifacts into models.lock.json',
    () => import('./commands/lock.ts'),
    lockOptions,
    parent,
  )
}
command(
  'sign <path>',
  'sign a model file or folder (OpenSSF model signing)',
  () => import('./commands/model-sign.ts'),
  (c) =>
    c
      .option('--key <file>', 'private key, PEM, on P-256, P-384 or P-521')
      .option('--certificate <file>', 'certificates of the key, PEM, its own first')
      .option('--signature <file>', 'where to write (default: beside the model, .sig)')
      .option('--ignore <paths...>', 'leave out of the signature; no model or code file can be')
      .option('--allow-symlinks', 'sign links inside the folder by what they lead to')
      .option('--shard-size <bytes>', 'sign parts of files of this size'),
  model,
)
command(
  'verify [path]',
  'check a model against its signature, or files against models.lock.json',
  () => import('./commands/model-verify.ts'),
  (c) =>
    c
      .option('--lock <file>', 'the lock file (default: models.lock.json here or beside the model)')
      .option('--signature <file>', 'the signature (default: beside the model, .sig)')
      .option('--key <file>', 'trust this public key, PEM')
      .option('--certificate <files...>', 'trust these root certificates, PEM')
      .option(
        '--trusted-root <file>',
        'trust Sigstore as this trusted_root.json describes it; nothing is fetched',
      )
      .option('--identity <name>', 'with --trusted-root: who has to have signed')
      .option('--issuer <url>', 'with --trusted-root: who vouches for that identity')
      .option('--ignore <paths...>', 'may be there unsigned; no model or code file may')
      .option(
        '--ignore-unsigned',
        'files that were not signed are notes, unless they are model or code files',
      )
      .option('--json', 'print as JSON'),
  model,
)
command(
  'diff <first> <second>',
  'which tensors and nodes of two model files differ, and by how much',
  () => import('./commands/model-diff.ts'),
  (c) => c.option('--all', 'list every tensor that changed').option('--json', 'print as JSON'),
  model,
)
command(
  'provenance <folder>',
  'a folder of models: which have a card, a licence, a digest that fits, an origin, a statement of training data',
  () => import('./commands/model-provenance.ts'),
  (c) => c.option('--json', 'print as JSON'),
  model,
)
command(
  'bom <folder>',
  'a bill of materials of the models in a folder (CycloneDX 1.6)',
  () => import('./commands/model-bom.ts'),
  (c) => c.option('--output <file>', 'where to write (default: stdout)'),
  model,
)
command(
  'schema <name>',
  'print the JSON Schema of run, config, catalogue, bug-bar or triage',
  () => import('./commands/schema.ts'),
)

async function main(): Promise<void> {
  const debug = process.argv.includes('--debug')
  try {
    await program.parseAsync(process.argv)
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already said what is wrong; help and version are not errors.
      status = error.exitCode === 0 ? 0 : 2
    } else {
      const { printError } = await import('./terminal/print-error.ts')
      status = printError(error, { debug })
    }
  }
  process.exitCode = status
}

// A reader that stops early (`failmode list | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(status)
  throw error
})

await main()
