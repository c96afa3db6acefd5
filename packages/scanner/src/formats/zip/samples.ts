import { buildZip } from './build-zip.ts'

/** Seeds for the mutation tests. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const members = [
    { name: 'archive/data.pkl', data: Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x2e) },
    { name: 'archive/data/0', data: new Uint8Array(256), extra: new Uint8Array(40) },
    { name: 'archive/version', data: '3\n' },
  ]
  return [
    { name: 'stored like a PyTorch file', bytes: buildZip(members, { zip64: true }) },
    {
      name: 'deflated',
      bytes: buildZip(
        members.map((member) => ({ ...member, method: 8 })),
        { comment: 'made by hand' },
      ),
    },
    {
      name: 'streamed',
      bytes: buildZip(members.map((member) => ({ ...member, method: 8, descriptor: true }))),
    },
    { name: 'empty', bytes: buildZip([]) },
    {
      name: 'within another',
      bytes: buildZip([
        { name: 'inner.zip', data: buildZip(members) },
        { name: 'folder/', data: '' },
      ]),
    },
    {
      name: 'behind other bytes',
      bytes: buildZip(members, { prefix: Buffer.from('#!/bin/sh\nexit\n'), countPrefix: true }),
    },
  ]
}
