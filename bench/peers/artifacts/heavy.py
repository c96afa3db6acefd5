"""Writes what scanners are timed on: `heavy.py OUT [--gguf]`. About 2.2 GB (3.2 with --gguf). See README.md."""

import argparse
import gzip
import json
import os
import pickle
import struct
import zlib
from pathlib import Path

import numpy as np
from archives import DEFLATED, End, Member, packed, zip_of
from opcodes import MEMOIZE, NONE, POP, STOP, call, pickle_of, proto

GIB = 1 << 30


def dense(count: int) -> object:
    """What costs a scanner most for its bytes: small numbers, names and nested containers."""
    pick = np.random.default_rng(1)
    numbers = pick.normal(size=count * 3).tolist()
    return [
        {
            "id": i,
            "row": [numbers[3 * i], numbers[3 * i + 1]],
            "pair": (i % 7, (numbers[3 * i + 2], i & 1 == 0)),
            f"k{i}": None,
        }
        for i in range(count)
    ]


def safetensors(path: Path) -> None:
    """Sixteen tensors of 64 MiB of random bytes."""
    size = GIB // 16
    header = {
        f"layer.{i}.weight": {"dtype": "F32", "shape": [4096, 4096], "data_offsets": [i * size, (i + 1) * size]}
        for i in range(16)
    }
    raw = json.dumps(header).encode()
    raw += b" " * (-len(raw) % 8)
    pick = np.random.default_rng(2)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(raw)) + raw)
        for _ in range(16):
            file.write(pick.bytes(size))


def torch_zip(path: Path) -> None:
    import torch

    pick = np.random.default_rng(3)
    torch.save({f"layer.{i}.weight": torch.from_numpy(pick.random((4096, 4096), np.float32)) for i in range(16)}, path)


def gguf(path: Path) -> None:
    from gguf import GGUFWriter

    pick = np.random.default_rng(4)
    writer = GGUFWriter(str(path), "llama")
    for i in range(16):
        writer.add_tensor(f"blk.{i}.weight", pick.random((4096, 4096), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gzip_of_zeros(path: Path, size: int) -> None:
    """One gzip stream: a flushed block of deflated zeros can be repeated, so that only the check sum takes time."""
    block = bytes(1 << 20)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = squeeze.compress(block) + squeeze.flush(zlib.Z_FULL_FLUSH)
    check = 0
    with path.open("wb") as file:
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\x02\xff")
        for _ in range(size // len(block)):
            file.write(once)
            check = zlib.crc32(block, check)
        file.write(zlib.compressobj(9, zlib.DEFLATED, -15).flush())
        file.write(struct.pack("<II", check, size & 0xFFFFFFFF))


def nested_bomb() -> bytes:
    """Five levels of sixteen: 16^5 files of 1 GiB, a pebibyte. The lowest holds a pickle as well."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = b"".join(squeeze.compress(bytes(1 << 24)) for _ in range(64)) + squeeze.flush()
    level = zip_of(
        [Member("0.bin", b"", DEFLATED, raw=raw, size=GIB, crc=0), Member("model.pkl", pickle_of(call("os", "system")))]
    )
    for depth in range(5):
        level = zip_of([Member(f"{depth}-{i}.zip", level, DEFLATED) for i in range(16)])
    return level


def overlapping_bomb() -> bytes:
    """20,000 names for one member of 100 MB."""
    data = bytes(100_000_000)
    raw = packed(data, DEFLATED)
    crc = zlib.crc32(data)
    first = Member("0", b"", DEFLATED, raw=raw, size=len(data), crc=crc)
    rest = [
        Member(f"{i}", b"", DEFLATED, raw=b"", size=len(data), packed_size=len(raw), crc=crc, in_local=False, offset=0)
        for i in range(1, 20_000)
    ]
    return zip_of([first, *rest])


def deep_zip(depth: int) -> bytes:
    inner = pickle_of(call("os", "system"))
    for i in range(depth):
        inner = zip_of([Member(f"{i}.zip", inner)])
    return inner


def deep_gzip(depth: int) -> bytes:
    inner = pickle_of(call("os", "system"))
    for _ in range(depth):
        inner = gzip.compress(inner, 9 if depth < 10 else 1, mtime=0)
    return inner


def long_memo(count: int) -> bytes:
    """One object stored under `count` keys, by number."""
    steps = np.zeros(count, dtype=[("none", "S1"), ("put", "S1"), ("key", "<u4"), ("pop", "S1")])
    steps["none"], steps["put"], steps["key"], steps["pop"] = NONE, b"r", np.arange(count), POP
    return proto(2) + steps.tobytes() + call("os", "system") + STOP


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--gguf", action="store_true", help="add a GGUF of 1 GiB")
    options = parser.parse_args()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    listed: list[dict[str, object]] = []

    def note(path: str, kind: str, what: str) -> None:
        listed.append({"path": path, "kind": kind, "what": what, "bytes": (out / path).stat().st_size})

    def put(path: str, data: bytes, kind: str, what: str) -> None:
        (out / path).write_bytes(data)
        note(path, kind, what)

    rows = dense(190_000)
    for protocol in (4, 2):
        data = pickle.dumps(rows, protocol)
        put(f"dense-{protocol}.pkl", data, "throughput", f"opcode-dense pickle, protocol {protocol}")
    del rows
    for name, make, what in (
        ("weights.safetensors", safetensors, "1 GiB of safetensors"),
        ("weights.pt", torch_zip, "1 GiB in a stored PyTorch zip"),
        *((("weights.gguf", gguf, "1 GiB of GGUF"),) if options.gguf else ()),
    ):
        make(out / name)
        note(name, "throughput", what)
    put("nested.zip", nested_bomb(), "bomb", "zips in zips, a pebibyte in all")
    put("overlapping.zip", overlapping_bomb(), "bomb", "20,000 names for one member of 100 MB, 2 TB in all")
    gzip_of_zeros(out / "zeros.gz", 10 * GIB)
    note("zeros.gz", "bomb", "10 GiB of zeros in gzip")
    put("zip-100-deep.zip", deep_zip(100), "bomb", "zip 100 deep, a pickle inside")
    put("gzip-100-deep.gz", deep_gzip(100), "bomb", "gzip 100 deep, a pickle inside")
    put(
        "memoize.pkl",
        proto(4) + (NONE + MEMOIZE + POP) * 10_000_000 + call("os", "system") + STOP,
        "bomb",
        "10 million memo entries by MEMOIZE, then a call",
    )
    put("memo-put.pkl", long_memo(10_000_000), "bomb", "10 million memo entries by LONG_BINPUT, then a call")
    put(
        "marks.pkl", proto(2) + b"(" * 10_000_000 + call("os", "system") + STOP, "bomb", "10 million marks, then a call"
    )
    put("deep.json", b'{"a":' + b"[" * 5_000_000 + b"]" * 5_000_000 + b"}", "bomb", "JSON 5 million deep")
    put(
        "members.zip", zip_of([Member(f"{i}", b"") for i in range(200_000)], End(zip64=True)), "bomb", "200,000 members"
    )
    (out / "manifest.json").write_text(json.dumps(listed, indent=1) + "\n")
    print(f"{len(listed)} files, {sum(int(str(e['bytes'])) for e in listed) / 1e9:.1f} GB")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
