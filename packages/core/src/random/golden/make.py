"""Writes streams.json: keys and first draws of some streams, by an implementation that shares nothing with ours.

Plain Python with 64-bit integers, from the published descriptions of MurmurHash3 x86-128 and of xoroshiro128+
(rotations 24, 16, 37). Run it with `python3 make.py` in this folder.
"""

import json
from pathlib import Path

MASK32, MASK64 = (1 << 32) - 1, (1 << 64) - 1


def rotate(x, by, width):
    return ((x << by) | (x >> (width - by))) & ((1 << width) - 1)


def murmur3(data, seed=0):
    constants = [0x239B961B, 0xAB0E9789, 0x38B34AE5, 0xA1E38B93]
    inner, outer = [15, 16, 17, 18], [19, 17, 15, 13]
    added = [0x561CCD1B, 0x0BCAA747, 0x96CD1C35, 0x32AC3B17]
    h = [seed] * 4

    def mixed(chunk, i):
        k = int.from_bytes(chunk[4 * i : 4 * i + 4], "little") * constants[i] & MASK32
        return rotate(k, inner[i], 32) * constants[(i + 1) % 4] & MASK32

    whole = len(data) - len(data) % 16
    for start in range(0, whole, 16):
        for i in range(4):
            h[i] ^= mixed(data[start : start + 16], i)
            h[i] = (rotate(h[i], outer[i], 32) + h[(i + 1) % 4]) * 5 + added[i] & MASK32
    for i in range(4):
        h[i] ^= mixed(data[whole:], i) ^ len(data)

    def spread():
        h[0] = sum(h) & MASK32
        for i in (1, 2, 3):
            h[i] = (h[i] + h[0]) & MASK32

    spread()
    for i in range(4):
        x = h[i]
        x = (x ^ (x >> 16)) * 0x85EBCA6B & MASK32
        x = (x ^ (x >> 13)) * 0xC2B2AE35 & MASK32
        h[i] = x ^ (x >> 16)
    spread()
    return h


def smhasher_verification():
    """The self-check of SMHasher, whose published value for this variant is 0xB3ECE62A."""
    as_bytes = lambda words: b"".join(w.to_bytes(4, "little") for w in words)
    hashes = b"".join(as_bytes(murmur3(bytes(range(i)), 256 - i)) for i in range(256))
    return murmur3(hashes)[0]


def stream(words):
    s01, s00, s11, s10 = words
    s0, s1 = s01 << 32 | s00, s11 << 32 | s10
    while True:
        yield (s0 + s1) & MASK32
        s1 ^= s0
        s0, s1 = rotate(s0, 24, 64) ^ s1 ^ (s1 << 16) & MASK64, rotate(s1, 37, 64)


def key_of(seed, path):
    words = [0, 0, 0, 0]
    for name in [seed, *path]:
        words = murmur3(b"".join(w.to_bytes(4, "little") for w in words) + name.encode())
    return words


def case(seed, path):
    words = key_of(seed, path)
    draws = stream(words)
    uniforms = [((next(draws) >> 5) * 2**26 + (next(draws) >> 6)) / 2**53 for _ in range(4)]
    return {"seed": seed, "path": path, "key": "".join(f"{w:08x}" for w in words), "uniforms": uniforms}


assert smhasher_verification() == 0xB3ECE62A
paths = [[], ["perturbation"], ["perturbation", "pgd", "0"], [""], ["naïve 🦊"]]
cases = [case(seed, path) for seed in ("7", "0", "-1", "a seed that is longer than sixteen bytes") for path in paths]
Path(__file__).with_name("streams.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
