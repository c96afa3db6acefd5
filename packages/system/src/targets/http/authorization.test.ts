import { describe, expect, it } from 'vitest'
import { rejectionOf } from '../../testing/arrays.ts'
import { authorize, isLoopback, loopbackLookup } from './authorization.ts'

const today = '2030-06-15'
const leave = { by: 'the owner', scope: 'the model', until: '2030-06-15' }
const ask = (url: string, authorized?: typeof leave) => authorize(new URL(url), { authorized, today })

describe('leave to attack an address', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])('takes %s to be this machine', (address) => {
    expect(isLoopback(address)).toBe(true)
  })

  it.each(['0.0.0.0', '10.0.0.1', '128.0.0.1', '::', '::2', '::ffff:10.0.0.1', 'fe80::1', 'localhost', ''])(
    'does not take %j to be this machine',
    (address) => {
      expect(isLoopback(address)).toBe(false)
    },
  )

  it.each(['http://127.0.0.1:1', 'http://[::1]:1', 'http://localhost:1', 'http://0x7f000001:1'])(
    'is not needed for %s, and then no other machine is connected to',
    async (url) => {
      expect(await ask(url)).toBe(false)
      expect(await ask(url, { ...leave, until: '2030-06-14' })).toBe(false)
    },
  )

  it('is needed for any other address', async () => {
    const error = await rejectionOf(ask('http://10.0.0.1:8000/v2'))
    expect(error.code).toBe('target-unauthorized')
    expect(error.exitStatus).toBe(4)
    expect(error.message).toContain('http://10.0.0.1:8000 is not on this machine')
    expect(error.hint).toContain('"authorized"')
  })

  it('holds through its last day and not beyond', async () => {
    expect(await ask('http://10.0.0.1', leave)).toBe(true)
    const error = await rejectionOf(ask('http://10.0.0.1', { ...leave, until: '2030-06-14' }))
    expect(error.code).toBe('target-unauthorized')
    expect(error.message).toContain('ended on 2030-06-14')
  })

  it('says when a name stands for no address', async () => {
    const error = await rejectionOf(ask('http://nobody.invalid/'))
    expect(error.code).toBe('target-unreachable')
    expect(error.message).toContain('nobody.invalid')
  })

  it('is asked for again by a connection whose name stands for another machine by then', async () => {
    const lookup = (host: string, all: boolean) =>
      new Promise<unknown>((resolve, reject) => {
        loopbackLookup(host, { all }, (error, address) => (error === null ? resolve(address) : reject(error)))
      })
    expect(await lookup('localhost', false)).toMatch(/^(127\.|::1$)/)
    expect(await lookup('localhost', true)).toEqual(
      expect.arrayContaining([
        { address: expect.stringMatching(/^(127\.|::1$)/), family: expect.any(Number) },
      ]),
    )
    await expect(lookup('10.0.0.1', false)).rejects.toMatchObject({ code: 'target-unauthorized' })
  })
})
