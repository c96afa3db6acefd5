import type { Source } from '../source/source.ts'

/** Pickles, zip, gzip, ELF, MZ, a script, 7z, bzip2, xz, RAR, GGUF, HDF5, NumPy. */
const begins =
  /^(?:800[2-5]|504b|1f8b|7f454c46|4d5a|2321|377abc|425a68|fd377a58|52617221|47475546|89484446|934e55)/

/** Whether what should be raw numbers begins like a file: it is then examined as one, whatever claims it. */
export function beginsAsFile(source: Source): boolean {
  return begins.test(Buffer.from(source.read(0, 8)).toString('hex'))
}
