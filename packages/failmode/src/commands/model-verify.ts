import { readFile } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import { FailmodeError } from '@failmode/core'
import {
  type ModelVerification,
  type SignatureTrust,
  signatureProblems,
  verifyModel,
} from '@failmode/scanner'
import { exists, lockName } from '@failmode/system'
import pc from 'picocolors'
import { type Options, text } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'
import { lockFor, verifyByLock } from './verify-by-lock.ts'

/**
 * Checks a model file or folder against its signature, or, where no key is given to trust, against the lock file. Exit 0
 * only when it is verified.
 */
export async function run([path]: readonly string[], options: Options): Promise<number> {
  const trusted = [options.key, options.trustedRoot, options.certificate].some((one) => one !== undefined)
  if (path === undefined || (!trusted && options.signature === undefined)) {
    const lock = await lockFor(path, options)
    if (lock !== null) return await verifyByLock(lock, path, options)
    if (path === undefined) {
      throw new FailmodeError('usage', {
        message: `there is no ${lockName} here, and no model was named.`,
        hint: 'Write a lock with failmode lock, or name a model and a key: failmode model verify MODEL --key key.pub',
      })
    }
  }
  if (!(await exists(path))) {
    throw new FailmodeError('file-not-found', { message: `there is no file or folder ${path} to verify.` })
  }
  const signature = text(options, 'signature') ?? `${path.replace(/[/\\]+$/, '')}.sig`
  const verification = await verifyModel(path, await readNamed(signature, '--signature'), {
    trust: await trustOf(options),
    ignoreUnsignedFiles: options.ignoreUnsigned === true,
    ignorePaths: ignoredPaths(path, signature, options),
  })
  if (options.json === true) process.stdout.write(`${JSON.stringify(verification, null, 2)}\n`)
  else print(path, verification)
  return verification.verified ? 0 : 1
}

async function trustOf(options: Options): Promise<SignatureTrust> {
  const key = text(options, 'key')
  const root = text(options, 'trustedRoot')
  const chains = Array.isArray(options.certificate) ? (options.certificate as string[]) : []
  const given = [key, root, chains[0]].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw new FailmodeError('usage', {
      message: `${given.length === 0 ? 'nothing says whom to trust' : 'several kinds of trust are given'}; expected one of --key, --certificate, --trusted-root, or a ${lockName} beside the model.`,
      hint: 'A signature proves nothing by itself: get the public key, the root certificate or the identity from the model’s maker by another way than the model.',
    })
  }
  if (key !== undefined) return { publicKey: await readNamed(key, '--key') }
  if (root === undefined) {
    return { certificates: await Promise.all(chains.map((file) => readNamed(file, '--certificate'))) }
  }
  const identity = text(options, 'identity')
  const issuer = text(options, 'issuer')
  if (identity === undefined || issuer === undefined) {
    throw new FailmodeError('usage', {
      message: '--trusted-root needs --identity and --issuer too.',
      hint: 'Without them anybody who can sign in somewhere would be trusted.',
    })
  }
  return { trustedRoot: await readNamed(root, '--trusted-root'), identity, issuer }
}

/** What the user lists, and the signature itself where it lies in the folder that it is about. */
export function ignoredPaths(path: string, signature: string, { ignore }: Options): readonly string[] {
  const listed = Array.isArray(ignore) ? ignore.filter((one) => typeof one === 'string') : []
  const inside = relative(resolve(path), resolve(signature)).replaceAll('\\', '/')
  return inside === '' || inside.startsWith('../') || isAbsolute(inside) ? listed : [...listed, inside]
}

/** The text of a file that an option names. */
export async function readNamed(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new FailmodeError('file-not-found', {
      message: `${flag} names ${path}, which cannot be read.`,
      cause,
    })
  }
}

function print(path: string, { verified, signer, problems, warnings, files }: ModelVerification): void {
  const out = (line: string) => process.stdout.write(`${line}\n`)
  const who =
    signer === null
      ? 'nobody'
      : signer.kind === 'key'
        ? `the key ${signer.hint.slice(0, 16)}…`
        : signer.kind === 'certificate'
          ? `the certificate of ${signer.subject}`
          : `${signer.identity}, vouched for by ${signer.issuer}`
  if (verified) {
    out(
      `${pc.green('✓ verified')}  ${printable(path)}: ${files} ${files === 1 ? 'file is' : 'files are'} as signed by ${printable(who)}`,
    )
  } else {
    out(`${pc.red('✗ not verified')}  ${printable(path)}`)
    for (const { kind, path: file, message } of problems) {
      out(`  ${pc.bold(kind)}${file === undefined ? '' : `  ${printable(file)}`}`)
      out(`    ${printable(message)} ${pc.dim(`(${signatureProblems[kind]})`)}`)
    }
  }
  for (const { message, path: file } of warnings) {
    out(pc.yellow(`  note: ${file === undefined ? '' : `${printable(file)}: `}${printable(message)}`))
  }
  if (verified)
    out(
      pc.dim(
        '  A signature says who made it, never that the content is harmless: failmode scan looks inside.',
      ),
    )
}
