// The discrete Fourier transform by Cooley and Tukey's halving ("An algorithm for the machine calculation of complex Fourier
// series", 1965), radix 2, in place, in double precision; and what is done here with it: convolution with long kernels.

/** The least power of two that is at least n. */
export function powerOfTwo(n: number): number {
  let size = 1
  while (size < n) size *= 2
  return size
}

/**
 * X[k] = sum over i of x[i] exp(-2 pi sqrt(-1) i k / n), in place. Swapping the arguments gives the inverse times n.
 * @param re real parts, n a power of two
 * @param im imaginary parts
 */
export function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      ;[re[i], re[j]] = [re[j]!, re[i]!]
      ;[im[i], im[j]] = [im[j]!, im[i]!]
    }
  }
  const half = n >> 1
  const cos = new Float64Array(half)
  const sin = new Float64Array(half)
  for (let k = 0; k < half; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / n)
    sin[k] = -Math.sin((2 * Math.PI * k) / n)
  }
  for (let size = 2; size <= n; size *= 2) {
    const reach = size >> 1
    const stride = n / size
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < reach; k++) {
        const c = cos[k * stride]!
        const s = sin[k * stride]!
        const a = start + k
        const b = a + reach
        const turnedRe = re[b]! * c - im[b]! * s
        const turnedIm = re[b]! * s + im[b]! * c
        re[b] = re[a]! - turnedRe
        im[b] = im[a]! - turnedIm
        re[a]! += turnedRe
        im[a]! += turnedIm
      }
    }
  }
}

/**
 * Convolution of a signal with a kernel, as many samples as the signal has.
 * @param from which sample of the full convolution is the first: 0 for what follows a sound (an echo), half the kernel
 *   for a symmetric filter that is not to delay
 */
export function convolve(
  signal: Float32Array,
  kernel: Float64Array,
  { from }: { readonly from: number },
): Float32Array {
  const n = powerOfTwo(signal.length + kernel.length)
  // Two real sequences go through one complex transform, as its real and its imaginary part.
  const re = new Float64Array(n)
  const im = new Float64Array(n)
  re.set(signal)
  im.set(kernel)
  fft(re, im)
  const outRe = new Float64Array(n)
  const outIm = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    const mirror = (n - k) % n
    // Spectra of the two by symmetry: S = (Z(k) + conj Z(-k)) / 2 and K = (Z(k) - conj Z(-k)) / 2i.
    const sRe = (re[k]! + re[mirror]!) / 2
    const sIm = (im[k]! - im[mirror]!) / 2
    const kRe = (im[k]! + im[mirror]!) / 2
    const kIm = (re[mirror]! - re[k]!) / 2
    outRe[k] = sRe * kRe - sIm * kIm
    outIm[k] = sRe * kIm + sIm * kRe
  }
  fft(outIm, outRe)
  return Float32Array.from(signal, (_, i) => outRe[i + from]! / n)
}
