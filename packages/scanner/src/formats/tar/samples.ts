import { buildTar, paxRecord } from './build-tar.ts'

/** Seeds for the mutation tests. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const pickle = Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x2e)
  const files = [
    { name: 'sys_info', data: pickle },
    { name: 'folder/', type: '5' },
    { name: 'folder/storages', data: new Uint8Array(700) },
  ]
  return [
    { name: 'POSIX', bytes: buildTar(files) },
    { name: 'old form', bytes: buildTar(files.map((file) => ({ ...file, form: 'old' as const }))) },
    {
      name: 'GNU long name',
      bytes: buildTar([
        { name: '././@LongLink', type: 'L', data: `${'n'.repeat(150)}\0`, form: 'gnu' },
        { name: 'n'.repeat(100), data: pickle, form: 'gnu' },
      ]),
    },
    {
      name: 'pax',
      bytes: buildTar([
        {
          name: 'PaxHeaders/x',
          type: 'x',
          data: paxRecord('path', `${'p'.repeat(120)}/weights`) + paxRecord('mtime', '1.5'),
        },
        { name: 'short', data: pickle },
      ]),
    },
  ]
}
