"""Pickles put together opcode by opcode, so that nothing is ever pickled by calling or loaded to be made.

Each function gives the bytes of one opcode or of one idea. `call` writes a call of module.name(*arguments) in one of
the ways that the pickle machine knows.
"""

import struct

WAYS = ("reduce", "stack-global", "inst", "obj", "newobj", "newobj-ex", "build")

MARK, STOP, POP, POP_MARK, DUP = b"(", b".", b"0", b"1", b"2"
NONE, EMPTY_TUPLE, EMPTY_LIST, EMPTY_DICT, EMPTY_SET = b"N", b")", b"]", b"}", b"\x8f"
REDUCE, BUILD, NEWOBJ, NEWOBJ_EX, STACK_GLOBAL, MEMOIZE = b"R", b"b", b"\x81", b"\x92", b"\x93", b"\x94"
TUPLE, TUPLE1, TUPLE2, TUPLE3, LIST, DICT, OBJ = b"t", b"\x85", b"\x86", b"\x87", b"l", b"d", b"o"
APPEND, APPENDS, SETITEM, SETITEMS, ADDITEMS, FROZENSET, BINPERSID = b"a", b"e", b"s", b"u", b"\x90", b"\x91", b"Q"


def proto(number: int) -> bytes:
    return b"" if number < 2 else b"\x80" + bytes([number])


def text(value: str, protocol: int = 2) -> bytes:
    raw = value.encode("utf-8", "surrogatepass")
    if protocol == 0:
        return b"V" + value.encode("raw-unicode-escape") + b"\n"
    if protocol < 4 or len(raw) > 255:
        return b"X" + struct.pack("<I", len(raw)) + raw
    return b"\x8c" + bytes([len(raw)]) + raw


def blob(value: bytes) -> bytes:
    """Bytes, as protocols 3 and up write them."""
    return b"C" + bytes([len(value)]) + value if len(value) < 256 else b"B" + struct.pack("<I", len(value)) + value


def old_string(value: bytes) -> bytes:
    """A str of Python 2, by protocol 1."""
    return b"U" + bytes([len(value)]) + value if len(value) < 256 else b"T" + struct.pack("<i", len(value)) + value


def whole(value: int) -> bytes:
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if 0 <= value < 65536:
        return b"M" + struct.pack("<H", value)
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def real(value: float) -> bytes:
    return b"G" + struct.pack(">d", value)


def put(index: int) -> bytes:
    return b"q" + bytes([index]) if index < 256 else b"r" + struct.pack("<I", index)


def get(index: int) -> bytes:
    return b"h" + bytes([index]) if index < 256 else b"j" + struct.pack("<I", index)


def frame(body: bytes, claimed: int | None = None) -> bytes:
    return b"\x95" + struct.pack("<Q", len(body) if claimed is None else claimed) + body


def global_(module: str, name: str, protocol: int = 2) -> bytes:
    if protocol >= 4:
        return text(module, 4) + text(name, 4) + STACK_GLOBAL
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


def value(item: object, protocol: int = 2) -> bytes:
    """Plain data, or bytes of opcodes that are already made (a bytearray is taken for those)."""
    if isinstance(item, bytearray):
        return bytes(item)
    if item is None:
        return NONE
    if item is True or item is False:
        return b"I01\n" if item else b"I00\n"
    if isinstance(item, int):
        return b"I%d\n" % item if protocol == 0 else whole(item)
    if isinstance(item, float):
        return b"F%r\n" % item if protocol == 0 else real(item)
    if isinstance(item, str):
        return text(item, protocol)
    if isinstance(item, bytes):
        return blob(item)
    if isinstance(item, tuple):
        return MARK + b"".join(value(i, protocol) for i in item) + TUPLE
    if isinstance(item, list):
        return MARK + LIST + b"".join(value(i, protocol) + APPEND for i in item)
    if isinstance(item, dict):
        return MARK + DICT + b"".join(value(k, protocol) + value(v, protocol) + SETITEM for k, v in item.items())
    raise TypeError(type(item))


def call(module: str, name: str, arguments: tuple = ("true",), protocol: int = 2, way: str = "reduce") -> bytes:
    """Opcodes that leave module.name(*arguments) on the stack."""
    inside = b"".join(value(a, protocol) for a in arguments)
    tuple_ = MARK + inside + TUPLE
    if way == "reduce":
        return global_(module, name, min(protocol, 3)) + tuple_ + REDUCE
    if way == "stack-global":
        return text(module, protocol) + text(name, protocol) + STACK_GLOBAL + tuple_ + REDUCE
    if way == "inst":
        return MARK + inside + b"i" + module.encode() + b"\n" + name.encode() + b"\n"
    if way == "obj":
        return MARK + global_(module, name, min(protocol, 3)) + inside + OBJ
    if way == "newobj":
        return global_(module, name, protocol) + tuple_ + NEWOBJ
    if way == "newobj-ex":
        return global_(module, name, protocol) + tuple_ + EMPTY_DICT + NEWOBJ_EX
    if way == "build":
        state = MARK + text("state", protocol) + tuple_ + DICT
        return global_(module, name, protocol) + EMPTY_TUPLE + REDUCE + state + BUILD
    raise ValueError(way)


def pickle_of(body: bytes, protocol: int = 2, framed: bool = False) -> bytes:
    return proto(protocol) + (frame(body + STOP) if framed else body + STOP)


def ways_of(protocol: int) -> tuple[str, ...]:
    """The ways that a pickle of this protocol can call."""
    if protocol < 2:
        return ("reduce", "inst", "build") if protocol == 0 else ("reduce", "inst", "obj", "build")
    return ("reduce", "inst", "obj", "newobj", "build") if protocol < 4 else WAYS


# The payload of most files. It does nothing, and every scanner worth its name objects to it.
def system(protocol: int = 2, way: str = "reduce") -> bytes:
    return pickle_of(call("os", "system", ("true",), protocol, way), protocol)


def harmless(protocol: int = 2) -> bytes:
    """What an innocent model looks like: a dict of names and numbers."""
    return pickle_of(value({"weights": [0.5, 0.25], "epoch": 3, "name": "model"}, protocol), protocol)
