// Who may be attacked. The own machine needs no leave; any other address needs the word of somebody who may give it,
// with a scope and a day on which it ends. What counts is the address that a name stands for, and it is looked at
// again whenever a connection is made, so that a name cannot stand for another machine later.
import { type LookupAddress, type LookupOptions, lookup as resolveName } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { FailmodeError } from '@failmode/core'
import type { SystemConfig } from '../../config/config-schema.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')

/** Whether an IP address is of this machine alone: 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

type Authorized = SystemConfig['authorized']

/**
 * Refuses an address that may not be attacked.
 *
 * @param today UTC, YYYY-MM-DD
 * @returns whether addresses of other machines may be connected to
 * @throws FailmodeError target-unauthorized, target-unreachable when the name stands for no address
 */
export async function authorize(
  url: URL,
  { authorized, today }: { readonly authorized: Authorized; readonly today: string },
): Promise<boolean> {
  if (authorized !== undefined && authorized.until >= today) return true
  const host = hostOf(url)
  const addresses = isIP(host) === 0 ? await addressesOf(host, url) : [host]
  if (addresses.every(isLoopback)) return false
  if (authorized !== undefined) {
    throw new FailmodeError('target-unauthorized', {
      message: `the leave to attack ${url.origin}, given by ${authorized.by}, ended on ${authorized.until}.`,
      hint: 'Have it renewed and change "authorized.until".',
    })
  }
  const stands = isIP(host) === 0 ? `, where ${host} stands for ${addresses.join(', ')},` : ''
  throw new FailmodeError('target-unauthorized', {
    message: `${url.origin}${stands} is not on this machine, and the configuration does not say that it may be attacked.`,
    hint: 'Get the leave of whoever runs it and write it down: "authorized": { "by": "...", "scope": "...", "until": "YYYY-MM-DD" }.',
  })
}

async function addressesOf(host: string, url: URL): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    resolveName(host, { all: true }, (cause, found) => {
      if (cause === null && found.length > 0) {
        resolve(found.map(({ address }) => address))
        return
      }
      reject(
        new FailmodeError('target-unreachable', {
          message: `no address is known for ${host}, the host of ${url.origin}.`,
          hint: 'Check "model.http.url" and the network.',
          cause,
        }),
      )
    })
  })
}

/** The host of an address, an IPv6 one without its brackets. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** For a connection that may only be made to this machine: a name that stands for another is an error. */
export const loopbackLookup: LookupFunction = (host, options, done) => {
  resolveName(
    host,
    { ...options, all: true } as LookupOptions & { all: true },
    (cause, found: LookupAddress[]) => {
      const elsewhere = cause === null ? found.find(({ address }) => !isLoopback(address)) : undefined
      if (cause !== null) done(cause, '')
      else if (elsewhere !== undefined) {
        const error = new FailmodeError('target-unauthorized', {
          message: `${host} stands for ${elsewhere.address} by now, which is not on this machine and may not be attacked without leave.`,
          hint: 'See "authorized" in the configuration.',
        })
        done(error, '')
      } else if (options.all === true) done(null, found)
      else done(null, found[0]?.address ?? '', found[0]?.family)
    },
  )
}
