"""Archives, compressors and array files that carry a hostile pickle, hide it, or are read in two ways."""

import bz2
import gzip
import lzma
import os
import struct
import tarfile
import tempfile
import zlib
from pathlib import Path
from unittest import mock

import numpy as np
from archives import (
    BZIP2,
    DEFLATED,
    LZMA,
    STORED,
    ZSTANDARD,
    End,
    Member,
    npy,
    npy_of,
    packed,
    tar_link,
    tar_of,
    torch_members,
    zip_of,
)
from corpus import CAUGHT, NOT_CLEAN, Corpus, seeded
from malicious_pickles import LEGACY_RAW, legacy_parts
from opcodes import POP, STOP, blob, call, harmless, pickle_of, proto, text, value, whole


def payload(name: str) -> bytes:
    """A call of os.system whose bytes differ from file to file: the argument tells the file's name to nobody."""
    return pickle_of(call("os", "system", (f"true # {name}",), 2), 2)


def write(corpus: Corpus) -> None:
    def add(name: str, data: bytes, technique: str, reference: str = "own", expect: list[str] = CAUGHT) -> None:
        corpus.add(f"container/{name}", data, "container", technique, reference, expect)

    torch_zips(add)
    lying_zips(add)
    placed_zips(add)
    compressors(add)
    seven_zips(add)
    tars(add)
    arrays(add)
    polyglots(add)
    bombs(add)


def innocent() -> list[Member]:
    return torch_members(harmless())


def torch_zips(add) -> None:
    add("torch/data-pkl.pt", zip_of(torch_members(payload("a"))), "torch zip, payload in data.pkl")
    add("torch/aligned.pt", zip_of(torch_members(payload("b")), End(aligned=64)), "torch zip, aligned as torch does")
    add(
        "torch/deflated.pt",
        zip_of([Member("archive/data.pkl", payload("c"), DEFLATED), Member("archive/version", b"3\n")]),
        "torch zip, data.pkl deflated",
    )
    add(
        "torch/descriptors.pt",
        zip_of([Member(m.name, m.data, descriptor=True) for m in torch_members(payload("d"))]),
        "torch zip with data descriptors",
    )
    add(
        "torch/zip64.pt",
        zip_of([Member(m.name, m.data, zip64=True) for m in torch_members(payload("e"))], End(zip64=True)),
        "torch zip64",
    )
    for name in (
        "config.p",
        "weights.dat",
        "notes.txt",
        "logo.png",
        "README",
        "archive/.hidden",
        "archive/data/1",
        "archive/extra/model.ckpt",
        "archive/data.pkl.bak",
        "archive/DATA.PKL",
    ):
        reference = "CVE-2025-1889" if name == "config.p" else "own"
        add(
            f"torch/member-{name.replace('/', '-')}.pt",
            zip_of([*innocent(), Member(name, payload(name))]),
            f"payload in a member named {name}",
            reference,
        )
    add(
        "torch/in-storage.pt",
        zip_of(torch_members(harmless(), storages=(payload("s"),))),
        "payload where a storage should be",
    )
    add(
        "torch/in-version.pt",
        zip_of([Member("archive/data.pkl", harmless()), Member("archive/version", payload("v"))]),
        "payload in the member version",
    )
    add(
        "torch/in-byteorder.pt",
        zip_of([Member("archive/data.pkl", harmless()), Member("archive/byteorder", payload("bo"))]),
        "payload in the member byteorder",
    )
    add(
        "torch/constants.pt",
        zip_of(
            [
                Member("m/data.pkl", harmless()),
                Member("m/constants.pkl", payload("k")),
                Member("m/code/__torch__.py", b"class M(Module):\n  pass\n"),
            ]
        ),
        "TorchScript, payload in constants.pkl",
    )
    add(
        "torch/debug-pkl.pt",
        zip_of(
            [
                Member("m/data.pkl", harmless()),
                Member("m/code/__torch__.py", b"class M(Module):\n  pass\n"),
                Member("m/code/__torch__.py.debug_pkl", payload("dbg")),
            ]
        ),
        "TorchScript, payload in debug_pkl",
    )
    script = b"class M(Module):\n  def forward(self, x: Tensor) -> Tensor:\n    y = torch.from_file('/etc/hostname', False, 10)\n    torch.save(y, '/tmp/inert')\n    return x\n"
    add(
        "torch/script-from-file.pt",
        zip_of(
            [
                Member("m/data.pkl", harmless()),
                Member("m/constants.pkl", pickle_of(b")", 2)),
                Member("m/code/__torch__.py", script),
                Member("m/version", b"3\n"),
            ]
        ),
        "TorchScript that reads and writes files",
        "own",
        NOT_CLEAN,
    )
    script = b"class M(Module):\n  def forward(self, x: Tensor) -> Tensor:\n    return ops.evil.run(x)\n"
    add(
        "torch/script-native-op.pt",
        zip_of(
            [
                Member("m/data.pkl", harmless()),
                Member("m/constants.pkl", pickle_of(b")", 2)),
                Member("m/code/__torch__.py", script),
                Member("m/version", b"3\n"),
            ]
        ),
        "TorchScript that calls an operator of an unknown library",
        "own",
        NOT_CLEAN,
    )
    add(
        "torch/mobile-bytecode.ptl",
        zip_of([*innocent(), Member("archive/bytecode.pkl", payload("bc"))]),
        "mobile archive, payload in bytecode.pkl",
    )
    add(
        "torch/package.pt",
        zip_of(
            [
                Member("pkg/.data/version", b"6\n"),
                Member("pkg/.data/extern_modules", b"os\n"),
                Member("pkg/model/model.pkl", harmless()),
                Member("pkg/model/code.py", b"import os\nos.system('true')\n"),
            ]
        ),
        "torch.package with code that runs on import",
        "own",
        NOT_CLEAN,
    )
    storage = text("storage") + b"cos\nsystem\n" + text("0") + text("cpu") + whole(2)
    add(
        "torch/storage-class.pt",
        zip_of(torch_members(pickle_of(b"(" + storage + b"tQ", 2))),
        "persistent id with os.system as the class",
    )
    storage = text("storage") + b"ctorch\nFloatStorage\n" + text("../../../etc/hostname") + text("cpu") + whole(2)
    add(
        "torch/storage-traversal.pt",
        zip_of(torch_members(pickle_of(b"(" + storage + b"tQ", 2))),
        "storage key that leaves the archive",
        "own",
        NOT_CLEAN,
    )
    storage = text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + whole(2**40)
    add(
        "torch/storage-too-long.pt",
        zip_of(torch_members(pickle_of(b"(" + storage + b"tQ", 2))),
        "storage of 2^40 numbers in eight bytes",
        "own",
        NOT_CLEAN,
    )
    storage = text("storage") + b"ctorch\nFloatStorage\n" + text("9") + text("cpu") + whole(2)
    add(
        "torch/storage-absent.pt",
        zip_of(torch_members(pickle_of(b"(" + storage + b"tQ", 2))),
        "storage that the archive has not",
        "own",
        NOT_CLEAN,
    )
    add(
        "torch/mar.mar",
        zip_of(
            [
                Member(
                    "MAR-INF/MANIFEST.json",
                    b'{"runtime":"python","model":{"handler":"handler.py","serializedFile":"m.pt"}}',
                ),
                Member("handler.py", b"import os\nos.system('true')\n"),
                Member("m.pt", zip_of(torch_members(payload("mar")))),
            ]
        ),
        "TorchServe archive with a handler and a hostile model",
    )
    add(
        "torch/nemo.nemo",
        tar_of(
            [
                ("./model_config.yaml", b"target: os.system\n"),
                ("./model_weights.ckpt", zip_of(torch_members(payload("nemo")))),
            ]
        ),
        "NeMo archive with a hostile checkpoint",
    )


def lying_zips(add) -> None:
    """One archive, two readers, two contents."""

    def one(
        name: str, technique: str, reference: str = "own", expect: list[str] = CAUGHT, end: End | None = None, **fields
    ) -> None:
        members = [Member("archive/data.pkl", payload(name), **fields), Member("archive/version", b"3\n")]
        add(f"zip/{name}.pt", zip_of(members, end), technique, reference, expect)

    one("local-name", "local name differs from the central one", "CVE-2025-1944", local_name="archive/data.txt")
    one("local-name-pair", "local name is another member's", "CVE-2025-1944", local_name="archive/version")
    one(
        "local-name-longer",
        "local name longer than the central one",
        "CVE-2025-1944",
        local_name="archive/data.pkl" + "x" * 50,
    )
    for bit in (0x1, 0x20, 0x40, 0x2000, 0x21, 0x61):
        one(f"flag-{bit:x}", f"flag bits {bit:#x} though nothing is encrypted or patched", "CVE-2025-1945", flags=bit)
    one("flag-central-only", "flag 0x1 only in the central header", "CVE-2025-1945", flags=1, local_flags=0)
    one("flag-local-only", "flag 0x1 only in the local header", "CVE-2025-1945", local_flags=1)
    one("bad-crc", "wrong CRC", "CVE-2025-10156", crc=0x12345678)
    one("zero-crc", "CRC of zero", "CVE-2025-10156", crc=0)
    one("bad-crc-deflated", "wrong CRC, deflated", "CVE-2025-10156", crc=1, method=DEFLATED)
    one("unknown-method", "compression method 99", claimed_method=99, expect=NOT_CLEAN)
    one("unknown-method-97", "compression method 97, bytes stored", claimed_method=97, expect=NOT_CLEAN)
    one("method-implode", "compression method 6, bytes stored", claimed_method=6, expect=NOT_CLEAN)
    one("method-local", "methods of the two headers differ", local_method=DEFLATED, expect=NOT_CLEAN)
    one("method-swapped", "stored bytes called deflated", claimed_method=8, expect=NOT_CLEAN)
    one("bzip2", "method bzip2", method=BZIP2, expect=NOT_CLEAN)
    one("lzma", "method lzma", method=LZMA, expect=NOT_CLEAN)
    one("zstd", "method zstandard", method=ZSTANDARD, expect=NOT_CLEAN)
    one("size-zero", "size said to be zero", size=0)
    one("sizes-zero", "both sizes said to be zero", size=0, packed_size=0, expect=NOT_CLEAN)
    one("size-short", "size said to be ten", size=10, packed_size=10, expect=NOT_CLEAN)
    one("size-long", "size beyond the end of the file", size=10**6, packed_size=10**6, expect=NOT_CLEAN)
    one("size-deflated-lies", "deflated member larger than it says", method=DEFLATED, size=4)
    one("size-4g", "size of 4 GiB less one without zip64", size=0xFFFFFFFF, packed_size=0xFFFFFFFF, expect=NOT_CLEAN)
    one("local-size", "sizes of the two headers differ", local_size=1)
    one("offset-lies", "central offset points behind the file", offset=10**7, expect=NOT_CLEAN)
    one("offset-shifted", "central offset one byte off", offset=1, expect=NOT_CLEAN)
    one("entries-zero", "end record counts no entries", end=End(entries=0))
    one("entries-many", "end record counts 60,000 entries", end=End(entries=60000))
    one("central-size", "end record lies about the directory's size", end=End(central_size=5))
    one("central-offset", "end record lies about the directory's offset", end=End(central_offset=3))
    one("zip64-extra", "sizes only in the zip64 field", zip64=True)
    one("zip64-end", "zip64 end record", end=End(zip64=True))
    one("extra-huge", "local extra field of 60,000 bytes", local_extra=struct.pack("<HH", 0xCAFE, 60000) + bytes(60000))
    one("extra-broken", "extra field that overruns", extra=b"\x01\x00\xff\xff")
    one(
        "unicode-path",
        "Info-ZIP Unicode path gives another name",
        extra=unicode_path("archive/data.pkl", "archive/readme.txt"),
    )
    one("comment-long", "archive comment of 60,000 bytes", end=End(comment=b"c" * 60000))
    one("suffix", "bytes after the end record", end=End(suffix=b"trailer" * 20))
    one("prefix", "bytes before the first header, offsets corrected", end=End(prefix=b"\x00" * 500))
    one(
        "prefix-not-counted",
        "bytes before the first header, offsets not corrected",
        end=End(prefix=b"#!/bin/true\n" * 9, count_prefix=False),
    )
    one("no-end", "no end record", end=End(omit_end=True))
    one("disk-numbers", "made by a foreign system", made_by=0x031E)
    one("strong-encryption", "encrypted by the header, central directory plain", flags=0x2041, local_flags=0x2041)
    for i, name in enumerate(
        (
            "../../evil.pkl",
            "/tmp/evil.pkl",
            "C:\\evil.pkl",
            "..\\..\\evil.pkl",
            "archive/./data.pkl",
            "archive//data.pkl",
            "data.pkl\x00.txt",
            "archive/data.pkl ",
            "",
            "a" * 60000,
        )
    ):
        add(
            f"zip/name-{i}.pt", zip_of([*innocent(), Member(name, payload(f"name {i}"))]), f"member named {name[:40]!r}"
        )
    add(
        "zip/symlink.pt",
        zip_of([*innocent(), Member("archive/data/1", b"/etc/hostname", attributes=0o120777 << 16, made_by=0x031E)]),
        "symbolic link in a zip",
        "own",
        NOT_CLEAN,
    )
    a, b = harmless(), payload("duplicate")
    add(
        "zip/duplicate-last.pt",
        zip_of([Member("archive/data.pkl", a), Member("archive/data.pkl", b)]),
        "the same name twice, the second hostile",
    )
    add(
        "zip/duplicate-first.pt",
        zip_of([Member("archive/data.pkl", payload("first")), Member("archive/data.pkl", a)]),
        "the same name twice, the first hostile",
    )
    add(
        "zip/duplicate-case.pt",
        zip_of([Member("archive/data.pkl", a), Member("archive/Data.pkl", payload("case"))]),
        "names that differ by case",
    )
    add(
        "zip/local-only.pt",
        zip_of([Member("archive/data.pkl", payload("local only"), in_central=False), *innocent()]),
        "member that only a local header knows",
    )
    add(
        "zip/central-empty.pt",
        zip_of([Member("archive/data.pkl", payload("no central"), in_central=False)]),
        "empty central directory",
    )
    first = Member("archive/data.pkl", payload("shared"))
    add(
        "zip/shared-data.pt",
        zip_of([first, Member("archive/readme.txt", first.data, in_local=False, offset=0)]),
        "two names for one local header",
    )
    encrypted = seeded("zipcrypto").randbytes(12 + len(payload("x")))
    add(
        "zip/encrypted.pt",
        zip_of([Member("archive/data.pkl", payload("x"), flags=1, raw=encrypted)]),
        "encrypted member",
        "own",
        NOT_CLEAN,
    )
    other = zip_of([Member("archive/data.pkl", harmless())])
    add(
        "zip/two-archives.pt",
        zip_of([Member("archive/data.pkl", payload("two"))]) + other,
        "two archives in a row, the first hostile",
    )
    add(
        "zip/two-archives-last.pt",
        other + zip_of([Member("archive/data.pkl", payload("two last"))]),
        "two archives in a row, the last hostile",
    )
    fake_end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0, 0, 0, 0, 0)
    add(
        "zip/end-in-comment.pt",
        zip_of([Member("archive/data.pkl", payload("end"))], End(comment=b"x" * 8 + fake_end)),
        "a second end record inside the comment",
    )
    add(
        "zip/two-ends.pt",
        zip_of([Member("archive/data.pkl", payload("ends"))], End(extra_ends=[fake_end])),
        "two end records",
    )
    add("zip/only-end.pt", payload("only end") + fake_end, "an empty archive behind a pickle")
    add(
        "zip/pickle-between.pt",
        zip_of(innocent(), End(between=payload("between"))),
        "pickle between the members and the directory",
    )
    add("zip/in-comment.pt", zip_of(innocent(), End(comment=payload("comment"))), "pickle in the archive's comment")
    add(
        "zip/in-member-comment.pt",
        zip_of([Member("archive/data.pkl", harmless(), comment=payload("member comment"))]),
        "pickle in a member's comment",
    )
    add(
        "zip/in-extra.pt",
        zip_of(
            [
                Member(
                    "archive/data.pkl",
                    harmless(),
                    local_extra=struct.pack("<HH", 0xCAFE, len(payload("extra"))) + payload("extra"),
                )
            ]
        ),
        "pickle in an extra field",
    )
    add(
        "zip/after-member.pt",
        zip_of([Member("archive/data.pkl", harmless(), raw=harmless() + payload("slack"))]),
        "pickle behind the first in a member whose size is short",
    )


def unicode_path(name: str, other: str) -> bytes:
    body = b"\x01" + struct.pack("<I", zlib.crc32(name.encode())) + other.encode()
    return struct.pack("<HH", 0x7075, len(body)) + body


def placed_zips(add) -> None:
    inner = zip_of(torch_members(payload("inner")))
    for method, name in ((STORED, "stored"), (DEFLATED, "deflated")):
        add(
            f"nested/zip-in-zip-{name}.zip",
            zip_of([Member("model.pt", inner, method), Member("README.md", b"# Model\n")]),
            f"torch zip in a zip, {name}",
        )
    deeper = inner
    for depth in range(2, 7):
        deeper = zip_of([Member(f"level-{depth}.bin", deeper, DEFLATED if depth % 2 else STORED)])
        add(f"nested/depth-{depth}.zip", deeper, f"pickle {depth} zips deep")
    add("nested/gz-in-zip.zip", zip_of([Member("m.bin", gzip.compress(payload("giz"), mtime=0))]), "gzip in a zip")
    add("nested/zip-in-gz.gz", gzip.compress(zip_of([Member("m.bin", payload("zig"))]), mtime=0), "zip in a gzip")
    add("nested/tar-in-zip.zip", zip_of([Member("m.tar", tar_of([("m.pkl", payload("tiz"))]))]), "tar in a zip")
    add("nested/zip-in-tar.tar", tar_of([("m.pt", zip_of(torch_members(payload("zit"))))]), "torch zip in a tar")
    add(
        "nested/npz-in-tgz.tgz",
        gzip.compress(tar_of([("a.npz", zip_of([Member("a.npy", object_array("ntg"))]))]), mtime=0),
        "object array in npz in tar in gzip",
    )
    add(
        "nested/xz-bz2-gz.pkl", lzma.compress(bz2.compress(gzip.compress(payload("xbg"), mtime=0))), "xz of bz2 of gzip"
    )
    add(
        "nested/zlib-in-pickle-in-zip.zip",
        zip_of([Member("x", pickle_of(value({"b": zlib.compress(payload("zpz"))}, 3), 3))]),
        "deflated pickle as bytes of a pickle in a zip",
        "own",
        NOT_CLEAN,
    )
    add(
        "nested/wheel.whl",
        zip_of(
            [
                Member("evil-1.0.dist-info/METADATA", b"Name: evil\nVersion: 1.0\n"),
                Member("evil/model.pkl", payload("whl")),
                Member("evil/__init__.py", b"import os\nos.system('true')\n"),
            ]
        ),
        "wheel with a hostile pickle",
    )


def lz4_frame(data: bytes) -> bytes:
    import lz4.frame

    return lz4.frame.compress(data)


def zstd_frame(data: bytes) -> bytes:
    import zstandard

    return zstandard.compress(data)


def compressors(add) -> None:
    reference = "own"
    simple = {
        "gz": lambda d: gzip.compress(d, mtime=0),
        "zlib": zlib.compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "lzma": lambda d: lzma.compress(d, format=lzma.FORMAT_ALONE),
        "lz4": lz4_frame,
        "zst": zstd_frame,
    }
    for name, squeeze in simple.items():
        add(f"compressed/joblib.{name}", squeeze(payload(name)), f"joblib file compressed by {name}", reference)
        add(
            f"compressed/array.joblib.{name}",
            squeeze(harmless() + bytes(32) + payload(f"second {name}")),
            f"second pickle behind zeros, compressed by {name}",
            reference,
        )
        add(
            f"compressed/torch.pt.{name}",
            squeeze(zip_of(torch_members(payload(f"torch {name}")))),
            f"torch zip compressed by {name}",
        )
        add(
            f"compressed/after.{name}", squeeze(harmless()) + payload(f"after {name}"), f"pickle behind a {name} stream"
        )
        add(
            f"compressed/cut.{name}",
            squeeze(payload(f"cut {name}") + seeded(name).randbytes(5000))[:-12],
            f"{name} stream that is cut behind the payload",
            "own",
            NOT_CLEAN,
        )
    for level in (0, 1, 6, 9):
        add(f"compressed/zlib-{level}.pkl", zlib.compress(payload(f"zlib level {level}"), level), f"zlib level {level}")
    for window in (9, 12):
        squeeze = zlib.compressobj(9, zlib.DEFLATED, window)
        add(
            f"compressed/zlib-window-{window}.pkl",
            squeeze.compress(payload(f"window {window}")) + squeeze.flush(),
            f"zlib window {window}",
        )
    gz = [gzip.compress(harmless(), mtime=0), gzip.compress(payload("members"), mtime=0)]
    add("compressed/two-gz-members.gz", b"".join(gz), "second gzip member hostile")
    add(
        "compressed/gz-zeros-gz.gz",
        gz[0] + bytes(512) + gzip.compress(payload("padded member"), mtime=0),
        "second gzip member behind zeros",
    )
    add(
        "compressed/gz-name.gz",
        b"\x1f\x8b\x08\x08\0\0\0\0\0\x03weights.txt\0" + gzip.compress(payload("named"), mtime=0)[10:],
        "gzip that names its content weights.txt",
    )
    add(
        "compressed/gz-extra.gz",
        b"\x1f\x8b\x08\x1e\0\0\0\0\0\x03\x04\0abcdname\0note\0\0\0"
        + gzip.compress(payload("extra fields"), mtime=0)[10:],
        "gzip with every optional field",
    )
    broken = bytearray(gzip.compress(payload("crc"), mtime=0))
    broken[-8] ^= 0xFF
    add("compressed/gz-bad-crc.gz", bytes(broken), "gzip with a wrong CRC")
    add(
        "compressed/two-bz2.bz2",
        bz2.compress(harmless()) + bz2.compress(payload("bz2 stream")),
        "second bzip2 stream hostile",
    )
    add(
        "compressed/two-xz.xz",
        lzma.compress(harmless()) + bytes(4) + lzma.compress(payload("xz stream")),
        "second xz stream hostile, behind padding",
    )
    add("compressed/xz-no-check.xz", lzma.compress(payload("no check"), check=lzma.CHECK_NONE), "xz without a check")
    delta = [{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_LZMA2, "preset": 6}]
    add(
        "compressed/xz-delta.xz",
        lzma.compress(payload("delta"), filters=delta),
        "xz with a delta filter",
        "own",
        NOT_CLEAN,
    )
    skippable = struct.pack("<II", 0x184D2A50, 16) + b"inert inert inert"[:16]
    add(
        "compressed/zstd-skippable.zst",
        skippable + zstd_frame(payload("skippable")),
        "zstandard behind a skippable frame",
    )
    add(
        "compressed/two-zstd.zst",
        zstd_frame(harmless()) + zstd_frame(payload("zstd frame")),
        "second zstandard frame hostile",
    )
    add("compressed/lz4-skippable.lz4", skippable + lz4_frame(payload("lz4 skip")), "lz4 behind a skippable frame")
    add("compressed/two-lz4.lz4", lz4_frame(harmless()) + lz4_frame(payload("lz4 frame")), "second lz4 frame hostile")
    legacy = packed_lz4_legacy(payload("legacy lz4"))
    add("compressed/lz4-legacy.lz4", legacy, "lz4 legacy frame", "own", NOT_CLEAN)
    raw = zlib.compress(payload("ZF"))
    add(
        "compressed/old-joblib.z", b"ZF" + hex(len(payload("ZF"))).encode().ljust(19) + raw, "joblib's ZF header of old"
    )
    raw = zlib.compress(payload("ZF lies"))
    add(
        "compressed/old-joblib-lies.z",
        b"ZF" + hex(2**60).encode().ljust(19) + raw,
        "joblib's ZF header with a length that lies",
    )
    doubled = gzip.compress(gzip.compress(payload("double"), mtime=0), mtime=0)
    add("compressed/gz-gz.gz", doubled, "gzip of gzip")
    add(
        "compressed/gz-model.h5",
        gzip.compress(payload("h5"), mtime=0),
        "compressed pickle under the name of another format",
    )


def packed_lz4_legacy(data: bytes) -> bytes:
    import lz4.block

    block = lz4.block.compress(data, store_size=False)
    return struct.pack("<II", 0x184C2102, len(block)) + block


def seven_zip(members: dict[str, bytes], **options: object) -> bytes:
    """py7zr draws a nonce and reads the clock; both are fixed here."""
    import py7zr

    pick = seeded("7z")
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("py7zr.compressor.get_random_bytes", pick.randbytes),
        mock.patch("py7zr.helpers._time.time", lambda: 1_700_000_000.0),
    ):
        target = Path(folder) / "x.7z"
        with py7zr.SevenZipFile(target, "w", **options) as archive:
            if options.get("header_encryption"):
                archive.set_encrypted_header(True)
            for name, data in members.items():
                source = Path(folder) / "member"
                source.write_bytes(data)
                source.chmod(0o644)
                os.utime(source, (1_700_000_000, 1_700_000_000))
                archive.write(source, name)
        return target.read_bytes()


def seven_zips(add) -> None:
    import py7zr

    def filters(*ids: int) -> list[dict[str, int]]:
        return [{"id": i} for i in ids]

    kinds = {
        "lzma2": {},
        "copy": {"filters": filters(py7zr.FILTER_COPY)},
        "bzip2": {"filters": filters(py7zr.FILTER_BZIP2)},
        "deflate": {"filters": filters(py7zr.FILTER_DEFLATE)},
        "lzma1": {"filters": filters(py7zr.FILTER_LZMA)},
        "zstd": {"filters": filters(py7zr.FILTER_ZSTD)},
    }
    for name, options in kinds.items():
        add(
            f"7z/{name}.pt",
            seven_zip({"model/data.pkl": payload(f"7z {name}")}, **options),
            f"7z ({name}) under a .pt name",
            "nullifAI",
            NOT_CLEAN,
        )
    add(
        "7z/odd-member.7z",
        seven_zip({"readme.txt": payload("7z odd")}),
        "7z with a pickle named readme.txt",
        "own",
        NOT_CLEAN,
    )
    add(
        "7z/broken-inside.pt",
        seven_zip({"data.pkl": payload("7z broken")[:-1] + b"\xff"}),
        "7z with a broken pickle",
        "nullifAI",
        NOT_CLEAN,
    )
    add(
        "7z/encrypted.7z",
        seven_zip({"data.pkl": payload("7z secret")}, password="inert"),
        "encrypted 7z",
        "own",
        NOT_CLEAN,
    )
    add(
        "7z/encrypted-header.pt",
        seven_zip({"data.pkl": payload("7z hidden")}, password="inert", header_encryption=True),
        "7z with encrypted names",
        "own",
        NOT_CLEAN,
    )
    good = seven_zip({"data.pkl": payload("7z cut")})
    add("7z/cut.7z", good[: len(good) // 2], "7z that is cut", "own", NOT_CLEAN)
    add(
        "7z/in-zip.zip",
        zip_of([Member("m.bin", seven_zip({"data.pkl": payload("7z in zip")}))]),
        "7z in a zip",
        "own",
        NOT_CLEAN,
    )
    add("7z/rar.pt", b"Rar!\x1a\x07\x01\x00" + seeded("rar").randbytes(400), "RAR under a .pt name", "own", NOT_CLEAN)
    add("7z/cab.bin", b"MSCF\0\0\0\0" + seeded("cab").randbytes(300), "cabinet under a .bin name", "own", NOT_CLEAN)


def tars(add) -> None:
    add("tar/plain.tar", tar_of([("model.pkl", payload("tar"))]), "pickle in a tar")
    add("tar/odd-name.tar", tar_of([("notes.txt", payload("tar odd"))]), "pickle named notes.txt in a tar")
    add("tar/gz.tar.gz", gzip.compress(tar_of([("model.pkl", payload("tgz"))]), mtime=0), "pickle in a gzipped tar")
    add("tar/xz.tar.xz", lzma.compress(tar_of([("model.pkl", payload("txz"))])), "pickle in an xz tar")
    add(
        "tar/symlink.tar",
        tar_of([tar_link("data.pkl", "/etc/hostname"), ("weights.npy", npy_of(np.arange(4.0)))]),
        "absolute symbolic link in a tar",
        "own",
        NOT_CLEAN,
    )
    add(
        "tar/symlink-then-through.tar",
        tar_of([tar_link("out", "../../tmp"), ("out/evil.pkl", payload("through"))]),
        "link, then a member through it",
    )
    add(
        "tar/hardlink.tar",
        tar_of([tar_link("data.pkl", "../../etc/hostname", tarfile.LNKTYPE)]),
        "hard link that leaves the folder",
        "own",
        NOT_CLEAN,
    )
    add("tar/traversal.tar", tar_of([("../../evil.pkl", payload("tar up"))]), "member named ../../evil.pkl")
    add("tar/absolute.tar", tar_of([("/tmp/evil.pkl", payload("tar absolute"))]), "absolute member name")
    add(
        "tar/device.tar",
        tar_of([tar_link("null", "", tarfile.CHRTYPE), ("x.npy", npy_of(np.arange(2.0)))]),
        "device in a tar",
        "own",
        NOT_CLEAN,
    )
    add("tar/fifo.tar", tar_of([tar_link("pipe", "", tarfile.FIFOTYPE)]), "named pipe in a tar", "own", NOT_CLEAN)
    add(
        "tar/gnu-long-name.tar",
        tar_of([("deep/" * 60 + "data.pkl", payload("gnu long"))], tarfile.GNU_FORMAT),
        "GNU long name",
    )
    add("tar/pax-path.tar", tar_of([("p" * 150 + "ü.pkl", payload("pax"))], tarfile.PAX_FORMAT), "pax path")
    info = tarfile.TarInfo("innocent.txt")
    info.pax_headers = {"path": "../../../evil.pkl"}
    add(
        "tar/pax-traversal.tar",
        tar_of([info, ("model.pkl", harmless(3))], tarfile.PAX_FORMAT),
        "pax header renames a member to ../../../evil.pkl",
        "own",
        NOT_CLEAN,
    )
    add(
        "tar/duplicate.tar",
        tar_of([("data.pkl", harmless()), ("data.pkl", payload("tar twice"))]),
        "the same name twice",
    )
    broken = bytearray(tar_of([("data.pkl", payload("checksum"))]))
    broken[148:154] = b"000000"
    add("tar/bad-checksum.tar", bytes(broken), "wrong header checksum")
    add(
        "tar/after-end.tar",
        tar_of([("data.npy", npy_of(np.arange(3.0)))]) + payload("after tar"),
        "pickle behind the end of a tar",
    )
    two = tar_of([("a.npy", npy_of(np.arange(5.0)))]) + tar_of([("data.pkl", payload("second tar"))])
    add("tar/two.tar", two, "second tar behind the first")
    size = bytearray(tar_of([("data.pkl", payload("huge"))]))
    size[124:136] = b"77777777777\0"
    size[148:156] = b" " * 8
    size[148:156] = b"%06o\0 " % sum(size[:512])
    add("tar/huge-size.tar", bytes(size), "member of 8 GB in a small tar", "own", NOT_CLEAN)
    for i, label in enumerate(("sys_info", "pickle", "tensors", "storages")):
        files = {
            "sys_info": harmless(2),
            "pickle": pickle_of(value({"w": 1}), 2),
            "tensors": pickle_of(whole(0), 2),
            "storages": pickle_of(whole(0), 2),
        }
        files[label] = payload(f"torch tar {i}")
        add(f"tar/torch-{label}.pt", tar_of(list(files.items())), f"torch tar of old, payload in {label}")


def object_array(name: str) -> bytes:
    return npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", payload(name))


def arrays(add) -> None:
    zeros = struct.pack("<4d", 1, 2, 3, 4)
    add("npy/object.npy", object_array("npy"), "object array", "CVE-2019-6446")
    add(
        "npy/object-v2.npy",
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", payload("v2"), (2, 0)),
        "object array, header version 2",
        "CVE-2019-6446",
    )
    add(
        "npy/object-v3.npy",
        npy("{'descr': 'O', 'fortran_order': True, 'shape': (), }", payload("v3"), (3, 0)),
        "object array, header version 3",
        "CVE-2019-6446",
    )
    add(
        "npy/object-spelt.npy",
        npy('{"shape": (1,), "fortran_order": False, "descr": "object"}', payload("spelt")),
        "object dtype by its long name",
        "CVE-2019-6446",
    )
    add(
        "npy/field.npy",
        npy("{'descr': [('x', '<f8'), ('y', '|O')], 'fortran_order': False, 'shape': (1,), }", payload("field")),
        "object field of a structured dtype",
        "CVE-2019-6446",
    )
    add(
        "npy/nested-field.npy",
        npy(
            "{'descr': [('x', [('z', '<i4'), ('deep', 'O')])], 'fortran_order': False, 'shape': (1,), }",
            payload("nested field"),
        ),
        "object field two levels down",
        "CVE-2019-6446",
    )
    add(
        "npy/subarray.npy",
        npy("{'descr': [('x', '|O', (3,))], 'fortran_order': False, 'shape': (1,), }", payload("subarray")),
        "object subarray",
        "CVE-2019-6446",
    )
    add(
        "npy/titled-field.npy",
        npy("{'descr': [(('title', 'x'), 'O8')], 'fortran_order': False, 'shape': (1,), }", payload("title")),
        "object field with a title",
        "CVE-2019-6446",
    )
    add(
        "npy/after-numbers.npy",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }", zeros + payload("after npy")),
        "pickle behind the numbers",
    )
    add(
        "npy/not-literal.npy",
        npy("{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (4,), }", zeros),
        "header that is an expression",
        "own",
        NOT_CLEAN,
    )
    add(
        "npy/computed.npy",
        npy("{'descr': '<f'+'8', 'fortran_order': False, 'shape': (2**62,), }", zeros),
        "header that computes",
        "own",
        NOT_CLEAN,
    )
    add(
        "npy/shape-overflow.npy",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", zeros),
        "shape that overflows",
        "own",
        NOT_CLEAN,
    )
    add(
        "npy/shape-negative.npy",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-4,), }", zeros),
        "negative shape",
        "own",
        NOT_CLEAN,
    )
    add(
        "npy/shape-short.npy",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (400,), }", zeros),
        "fewer numbers than declared",
        "own",
        NOT_CLEAN,
    )
    add(
        "npy/deep-header.npy",
        npy(
            "{'descr': " + "[" * 3000 + "'O'" + "]" * 3000 + ", 'fortran_order': False, 'shape': (1,), }",
            payload("deep"),
        ),
        "header nested 3,000 deep",
        "own",
        NOT_CLEAN,
    )
    add(
        "npy/long-header.npy",
        b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31 - 1) + b"{'descr': '|O'}",
        "header of 2 GB",
        "own",
        NOT_CLEAN,
    )
    add(
        "npy/unknown-version.npy",
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", payload("v9"), (9, 0)),
        "header version 9",
        "own",
        NOT_CLEAN,
    )
    add(
        "npy/duplicate-key.npy",
        npy("{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (1,), }", payload("twice")),
        "descr given twice",
    )
    add(
        "npy/deep-parentheses.npy",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': " + "(" * 5000 + "4," + ")" * 5000 + ", }", zeros),
        "5,000 parentheses",
        "own",
        NOT_CLEAN,
    )
    plain = npy_of(np.arange(6.0))
    add(
        "npz/object.npz",
        zip_of([Member("a.npy", plain), Member("b.npy", object_array("npz"))]),
        "object array in npz",
        "CVE-2019-6446",
    )
    add(
        "npz/object-deflated.npz",
        zip_of([Member("a.npy", object_array("npz deflated"), DEFLATED)]),
        "object array in npz, deflated",
        "CVE-2019-6446",
    )
    add(
        "npz/field.npz",
        zip_of(
            [
                Member(
                    "a.npy",
                    npy("{'descr': [('x', '|O')], 'fortran_order': False, 'shape': (1,), }", payload("npz field")),
                )
            ]
        ),
        "object field in npz",
        "CVE-2019-6446",
    )
    add("npz/raw-pickle.npz", zip_of([Member("a.npy", payload("npz raw"))]), "plain pickle as a.npy: numpy loads it")
    add(
        "npz/no-extension.npz",
        zip_of([Member("a.npy", plain), Member("b", object_array("npz bare"))]),
        "object array under a name without ending",
    )
    add(
        "npz/pkl-beside.npz",
        zip_of([Member("a.npy", plain), Member("meta.pkl", payload("npz pkl"))]),
        "pickle beside the arrays",
    )
    add(
        "npz/after-array.npz",
        zip_of([Member("a.npy", plain + payload("npz after"), DEFLATED)]),
        "pickle behind an array in npz",
    )
    add("npz/bad-crc.npz", zip_of([Member("a.npy", object_array("npz crc"), crc=77)]), "object array in npz, wrong CRC")


def polyglots(add) -> None:
    torch = zip_of(innocent())
    add("polyglot/pickle-then-zip.pt", zip_of(innocent(), End(prefix=payload("pz"))), "pickle in front of a torch zip")
    add(
        "polyglot/pickle-then-zip-uncounted.pt",
        payload("pz2") + torch,
        "pickle in front of a torch zip, offsets not corrected",
    )
    add("polyglot/zip-then-pickle.pt", torch + payload("zp"), "pickle behind a torch zip")
    add("polyglot/zip-padding-pickle.pt", torch + bytes(4096) + payload("zpp"), "pickle behind a torch zip and zeros")
    tar = tar_of([("data.npy", npy_of(np.arange(7.0)))])
    hostile = payload("tar name")
    # A tar header starts with a name of 100 bytes that ends at the first NUL, so that a pickle fits in front.
    head = bytearray(tar)
    head[0:100] = (b"\x80\x02" + call("os", "system", ("true",), 0).replace(b"\n", b"\n") + STOP).ljust(100, b"\0")
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head[:512])
    add("polyglot/pickle-as-tar.tar", bytes(head), "a pickle in the first name of a tar")
    add("polyglot/pickle-then-tar.pt", hostile.ljust(512, b"\0") + tar, "pickle in front of a tar")
    png = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d49484452000000010000000108060000001f15c489")
    png += bytes.fromhex("0000000d49444154789c626001000000ffff030000060005") + bytes.fromhex(
        "57bfabd40000000049454e44ae426082"
    )
    add("polyglot/png-then-pickle.png", png + payload("png"), "pickle behind a picture")
    add("polyglot/png-then-zip.png", png + zip_of(torch_members(payload("png zip"))), "torch zip behind a picture")
    add("polyglot/gif-pickle.gif", b"GIF89a\x01\0\x01\0\0\0\0;" + payload("gif"), "pickle behind a tiny picture")
    add(
        "polyglot/pdf-zip.pdf",
        b"%PDF-1.4\n%inert\n" + zip_of(torch_members(payload("pdf"))),
        "torch zip inside a PDF's shell",
    )
    add("polyglot/html-pickle.html", b"<html><body>inert</body></html>\n" + payload("html"), "pickle behind a page")
    add(
        "polyglot/shell-zip.pt",
        zip_of(torch_members(harmless(3)), End(prefix=b"#!/bin/sh\ntrue\nexit 0\n")),
        "shell script in front of a torch zip",
        "own",
        NOT_CLEAN,
    )
    add(
        "polyglot/npy-zip.npy",
        npy_of(np.arange(9.0)) + zip_of(torch_members(payload("npy zip"))),
        "torch zip behind an array",
    )
    legacy = b"".join(legacy_parts()) + LEGACY_RAW
    add(
        "polyglot/legacy-then-zip.pt",
        legacy + zip_of(torch_members(payload("legacy zip"))),
        "torch zip behind a legacy torch file",
    )
    twice = pickle_of(blob(zip_of([Member("archive/data.pkl", payload("bytes zip"))])), 3)
    add("polyglot/zip-in-bytes.pkl", twice, "pickle whose bytes are a zip: two readers, two objects")
    add(
        "polyglot/pickle-pop-zip.pkl",
        proto(3) + blob(torch[:200]) + POP + call("os", "system", ("true # zip",), 3) + STOP + torch,
        "pickle that skips a zip's head",
    )


def bombs(add) -> None:
    zeros = packed(bytes(50_000_000), DEFLATED)
    add(
        "bombs/zip-ratio.zip",
        zip_of([Member("weights.bin", bytes(50_000_000), DEFLATED, raw=zeros)]),
        "50 MB of zeros in 50 kB",
        "own",
        NOT_CLEAN,
    )
    many = [Member(f"{i}", b"") for i in range(70_000)]
    add("bombs/zip-members.zip", zip_of(many, End(zip64=True)), "70,000 members", "own", NOT_CLEAN)
    first = Member("0", bytes(10_000_000), DEFLATED)
    overlapping = [
        first,
        *(
            Member(
                f"{i}",
                first.data,
                DEFLATED,
                in_local=False,
                offset=0,
                raw=b"",
                packed_size=len(packed(first.data, DEFLATED)),
            )
            for i in range(1, 200)
        ),
    ]
    add("bombs/zip-overlapping.zip", zip_of(overlapping), "200 names for one member of 10 MB", "own", NOT_CLEAN)
    add("bombs/gz.gz", gzip.compress(bytes(300_000_000), 9, mtime=0), "300 MB of zeros in gzip", "own", NOT_CLEAN)
    add("bombs/bz2.bz2", bz2.compress(bytes(200_000_000)), "200 MB of zeros in bzip2", "own", NOT_CLEAN)
    add("bombs/xz.xz", lzma.compress(bytes(200_000_000), preset=0), "200 MB of zeros in xz", "own", NOT_CLEAN)
    add("bombs/zstd.zst", zstd_frame(bytes(400_000_000)), "400 MB of zeros in zstandard", "own", NOT_CLEAN)
    add(
        "bombs/gz-pickle.gz",
        gzip.compress(
            pickle_of(blob(bytes(100_000_000)) + POP + call("os", "system", ("true # behind",), 3), 3), mtime=0
        ),
        "payload behind 100 MB of zeros in gzip",
        "own",
        NOT_CLEAN,
    )
    deep = payload("fifty gz")
    for _ in range(50):
        deep = gzip.compress(deep, mtime=0)
    add("bombs/gz-50-deep.gz", deep, "gzip 50 deep", "own", NOT_CLEAN)
    deep = payload("forty zip")
    for i in range(40):
        deep = zip_of([Member(f"{i}.zip", deep)])
    add("bombs/zip-40-deep.zip", deep, "zip 40 deep", "own", NOT_CLEAN)
