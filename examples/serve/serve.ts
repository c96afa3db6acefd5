// The command: npx tsx examples/serve/serve.ts MODEL.onnx [--port N] [--name M] [--max-batch N] [--fault KIND:...] ...
import { parseArgs } from 'node:util'
import { EngineError } from '@failmode/engine'
import { type Faults, parseFault } from './faults.ts'
import { startServer } from './start-server.ts'

const usage = `usage: npx tsx examples/serve/serve.ts MODEL.onnx [--port 8080] [--name model] [--max-batch N]
         [--seed N] [--fault slow:ms=20] [--fault 429:every=5,retryAfter=0] [--fault 500:share=0.1]
         [--fault truncated:every=7] [--fault wrong-shape:every=9] [--fault drift:after=500,to=OTHER.onnx]`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '8080' },
      name: { type: 'string', default: 'model' },
      'max-batch': { type: 'string' },
      seed: { type: 'string', default: '0' },
      fault: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [model, ...more] = positionals
  if (values.help) {
    console.log(usage)
    return
  }
  if (model === undefined || more.length > 0) throw new TypeError('one model has to be named')
  const faults: Faults = Object.assign(
    { seed: whole(values.seed, '--seed') },
    ...values.fault.map(parseFault),
  )
  const limit = values['max-batch']
  const server = await startServer({
    model,
    name: values.name,
    port: whole(values.port, '--port'),
    faults,
    ...(limit === undefined ? {} : { maxBatch: whole(limit, '--max-batch') }),
  })
  console.log(`${model} is served at ${server.url}/v2/models/${server.name}/infer`)
  console.log(`faults: ${JSON.stringify(faults)}; change them: POST ${server.url}/faults`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
}

function whole(text: string, flag: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new TypeError(`${flag} is ${JSON.stringify(text)}, expected a whole number`)
}

try {
  await main()
} catch (error) {
  const said = error instanceof TypeError ? `\n${usage}` : ''
  if (!(error instanceof TypeError || error instanceof EngineError || (error as { code?: unknown }).code))
    throw error
  console.error(`serve: ${(error as Error).message}${said}`)
  process.exitCode = 2
}
