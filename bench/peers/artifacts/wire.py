"""Protocol buffer bytes, written field by field: no schema, no TensorFlow."""

import struct


def varint(value: int) -> bytes:
    value &= 2**64 - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, value: int | float | bytes | str) -> bytes:
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def message(*fields: tuple[int, int | float | bytes | str]) -> bytes:
    return b"".join(field(number, value) for number, value in fields)


# TensorFlow's graphs. AttrValue: 2 bytes, 3 int, 6 type, 8 tensor, 10 function; NodeDef: 1 name, 2 op, 3 input, 5 attr.
def node(name: str, op: str, inputs: tuple[str, ...] = (), attributes: dict[str, bytes] | None = None) -> bytes:
    pairs = [(5, message((1, key), (2, value))) for key, value in (attributes or {}).items()]
    return message((1, name), (2, op), *((3, i) for i in inputs), *pairs)


def text_attribute(value: bytes) -> bytes:
    return field(2, value)


def string_tensor(value: bytes) -> bytes:
    """An attribute that holds a constant text."""
    return field(8, message((1, 7), (2, b""), (8, value)))


def graph(nodes: list[bytes], functions: list[bytes] = ()) -> bytes:
    library = field(2, message(*((1, f) for f in functions))) if functions else b""
    return message(*((1, n) for n in nodes)) + library + field(4, message((1, 1882)))


def function(name: str, nodes: list[bytes]) -> bytes:
    return field(1, field(1, name)) + message(*((3, n) for n in nodes))


def saved_model(graph_def: bytes, schema: int = 1) -> bytes:
    return field(1, schema) + field(2, field(1, message((4, "serve"), (5, "2.15.0"))) + field(2, graph_def))
