"""Zip and tar archives written byte by byte, so that their headers can lie.

Python's zipfile refuses to write most of what is needed here. Every field of a member's local and central header
can be set apart; what is not set is what an honest writer puts there.
"""

import bz2
import io
import lzma
import struct
import tarfile
import zlib
from dataclasses import dataclass, field

import numpy as np

STORED, DEFLATED, BZIP2, LZMA, ZSTANDARD = 0, 8, 12, 14, 93


def packed(data: bytes, method: int) -> bytes:
    if method == DEFLATED:
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        return squeeze.compress(data) + squeeze.flush()
    if method == BZIP2:
        return bz2.compress(data)
    if method == LZMA:
        filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}]
        raw = lzma.compress(data, lzma.FORMAT_RAW, filters=filters)
        return b"\x09\x04" + struct.pack("<HBI", 5, 93, 1 << 16) + raw
    if method == ZSTANDARD:
        import zstandard

        return zstandard.compress(data)
    return data


@dataclass
class Member:
    name: str
    data: bytes
    method: int = STORED
    flags: int = 0
    # What the headers say in place of the truth.
    local_name: str | None = None
    claimed_method: int | None = None
    local_method: int | None = None
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    local_size: int | None = None
    offset: int | None = None
    local_flags: int | None = None
    extra: bytes = b""
    local_extra: bytes = b""
    attributes: int = 0
    made_by: int = 20
    in_central: bool = True
    in_local: bool = True
    descriptor: bool = False
    zip64: bool = False
    raw: bytes | None = None
    comment: bytes = b""


@dataclass
class End:
    comment: bytes = b""
    prefix: bytes = b""
    count_prefix: bool = True
    between: bytes = b""
    suffix: bytes = b""
    entries: int | None = None
    central_offset: int | None = None
    central_size: int | None = None
    zip64: bool = False
    omit_end: bool = False
    aligned: int = 0
    extra_ends: list[bytes] = field(default_factory=list)


def zip_of(members: list[Member], end: End | None = None) -> bytes:
    end = end or End()
    out = bytearray(end.prefix)
    shift = 0 if end.count_prefix else len(end.prefix)
    central = b""
    for m in members:
        body = packed(m.data, m.method) if m.raw is None else m.raw
        crc = zlib.crc32(m.data) if m.crc is None else m.crc
        size = len(m.data) if m.size is None else m.size
        packed_size = len(body) if m.packed_size is None else m.packed_size
        method = m.method if m.claimed_method is None else m.claimed_method
        flags = m.flags | (8 if m.descriptor else 0)
        local_flags = flags if m.local_flags is None else m.local_flags
        offset = len(out) - shift if m.offset is None else m.offset
        name = m.name.encode("utf-8", "surrogateescape")
        local_name = name if m.local_name is None else m.local_name.encode()
        if m.in_local:
            local_extra = m.local_extra
            sizes = (packed_size, size if m.local_size is None else m.local_size)
            if m.zip64:
                local_extra = struct.pack("<HHQQ", 1, 16, size, packed_size) + local_extra
                sizes = (0xFFFFFFFF, 0xFFFFFFFF)
            if end.aligned:
                start = len(out) + 30 + len(local_name) + len(local_extra) + 4
                pad = -start % end.aligned
                local_extra += struct.pack("<2sH", b"FB", pad) + b"Z" * pad
            local_method = method if m.local_method is None else m.local_method
            local_crc, sizes = (0, (0, 0)) if m.descriptor else (crc, sizes)
            out += struct.pack(
                "<IHHHHHIIIHH",
                0x04034B50,
                20,
                local_flags,
                local_method,
                0,
                33,
                local_crc,
                *sizes,
                len(local_name),
                len(local_extra),
            )
            out += local_name + local_extra + body
            if m.descriptor:
                out += struct.pack("<IIII", 0x08074B50, crc, packed_size, size)
        if m.in_central:
            extra, head = m.extra, (packed_size, size, offset)
            if m.zip64:
                extra = struct.pack("<HHQQQ", 1, 24, size, packed_size, offset) + extra
                head = (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
            central += struct.pack(
                "<IHHHHHHIIIHHHHHII",
                0x02014B50,
                m.made_by,
                20,
                flags,
                method,
                0,
                33,
                crc,
                head[0],
                head[1],
                len(name),
                len(extra),
                len(m.comment),
                0,
                0,
                m.attributes,
                head[2],
            )
            central += name + extra + m.comment
    out += end.between
    start = len(out) - shift if end.central_offset is None else end.central_offset
    out += central
    size = len(central) if end.central_size is None else end.central_size
    count = sum(m.in_central for m in members) if end.entries is None else end.entries
    if end.zip64:
        at = len(out) - shift
        out += struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, start)
        out += struct.pack("<IIQI", 0x07064B50, 0, at, 1)
        count, size, start = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    for record in end.extra_ends:
        out += record
    if not end.omit_end:
        out += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, start, len(end.comment)) + end.comment
    return bytes(out + end.suffix)


def torch_members(
    pickle: bytes, root: str = "archive", storages: tuple[bytes, ...] = (b"\0\0\0?\0\0\x80>",)
) -> list[Member]:
    """What torch.save puts into its zip, with this pickle as the object."""
    return [
        Member(f"{root}/data.pkl", pickle),
        Member(f"{root}/byteorder", b"little"),
        *(Member(f"{root}/data/{i}", raw) for i, raw in enumerate(storages)),
        Member(f"{root}/version", b"3\n"),
    ]


def tar_of(members: list[tuple[str, bytes] | tarfile.TarInfo], fmt: int = tarfile.USTAR_FORMAT) -> bytes:
    """Members by name and bytes, or by a header of one's own (links, devices)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return out.getvalue()


def tar_link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def npy(header: str | bytes, body: bytes, version: tuple[int, int] = (1, 0)) -> bytes:
    """A .npy with this header text, padded as numpy pads it."""
    raw = header.encode("latin-1") if isinstance(header, str) else header
    width = 2 if version[0] == 1 else 4
    raw += b" " * (-(len(raw) + 1 + 8 + width) % 64) + b"\n"
    return b"\x93NUMPY" + bytes(version) + len(raw).to_bytes(width, "little") + raw + body


def npy_of(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()
