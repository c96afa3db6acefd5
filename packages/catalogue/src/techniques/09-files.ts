// What is done to files and to the programs that read them: modes 9 and 11.
import type { TechniqueInput } from '../schema.ts'
import { arxiv, badNetsPaper, safePicklePaper } from './paper.ts'

export const files: readonly TechniqueInput[] = [
  {
    id: 'digests',
    name: 'artifact digests',
    aliases: ['digest check', 'hash check', 'SHA-256 check'],
    kind: 'test',
    modes: ['supply-chain'],
    access: 'artifact',
    goal: 'To notice that a file is not the one that was locked.',
    say: {
      engineer:
        'Hashes every artifact with SHA-256 and compares it with the lock file. It reads each byte once and never loads the file. SHA-1 and MD5 count as no digest, because other files with the same one can be made.',
      responder:
        'A mismatch means tampering or a change that nobody wrote down, and the bytes do not say which. Keep the file, do not load it, and find out who could write to where it came from.',
      policy:
        'Like a seal: it shows that a file was exchanged, and not who did it or whether the sealed content was good. The taxonomy’s own example is a public collection in which 22 models had no seal.',
    },
    limits:
      'A match proves nothing about a file that was bad when it was locked, or when the lock was changed with it.',
    source: badNetsPaper,
  },
  {
    id: 'model-file-scan',
    name: 'model file scan',
    aliases: ['pickle scan', 'model scanner', 'malware scan of models'],
    kind: 'test',
    modes: ['supply-chain'],
    access: 'artifact',
    goal: 'To say what loading a file would run or reach, without loading it.',
    say: {
      engineer:
        'Decides the format from the bytes, opens containers to any depth within limits, and follows pickles on a symbolic machine. Only exact names that are known to be harmless pass; all else is reported with its byte and the call that would happen.',
      responder:
        'The finding names the call with its arguments, which is what ran on every machine that loaded the file. Keep the file as evidence and search for its digest.',
      policy:
        'A model file can be a program. The scan reads it as a customs officer reads a declaration and the parcel too, and says "not examined" where it could not look.',
    },
    limits:
      'It judges what files carry, not what their numbers do: a backdoor in the weights passes. A trick that nobody has published may pass too, and no scan replaces a signature of somebody who is trusted.',
    source: safePicklePaper,
  },
  {
    id: 'malformed-inputs',
    name: 'malformed inputs',
    aliases: ['parser stress', 'input fuzzing'],
    kind: 'test',
    modes: ['software-dependencies'],
    access: 'label',
    goal: 'A crash, a hang or a wrong answer of the software around the model.',
    say: {
      engineer:
        'Sends truncated pictures, wrong sizes, bad markers, huge and empty shapes, NaN and infinity, and records crashes, hangs, growth of memory and wrong status. The faults lie in readers of formats and not in the learning.',
      responder:
        'Crash dumps and the exact input are the evidence. Rate what is found by the ordinary bug bar, as with any software.',
      policy:
        'A learning system is also software, and the ordinary holes in its parts are often the easiest way in. Ordinary duties of software maintenance apply to it in full.',
    },
    limits: 'Inputs that were not tried may still break it; a clean result covers the list that was sent.',
    source: arxiv(
      '1711.11008',
      'Xiao et al. "Security risks in deep learning implementations." 2017.',
      'verified',
    ),
  },
]
