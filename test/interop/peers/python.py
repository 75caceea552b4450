"""Reads MessagePack with Python's msgpack and writes it again: a line of hexadecimal digits in, `DESCRIPTION DIGITS` out (see messages.ts)."""

import struct
import sys

import msgpack


class Pairs(list):
    """The members of a map in their order, whatever their keys."""


def describe(value):
    if value is None:
        return "nil"
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, int):
        return f"int {value}"
    if isinstance(value, float):
        is_integer = value.is_integer() and abs(value) < 2**53 and struct.pack(">d", value) != struct.pack(">d", -0.0)
        return f"int {int(value)}" if is_integer else "float " + ("nan" if value != value else struct.pack(">d", value).hex())
    if isinstance(value, str):
        return "str " + value.encode().hex()
    if isinstance(value, bytes):
        return "bin " + value.hex()
    if isinstance(value, msgpack.Timestamp):
        return f"time {value.seconds} {value.nanoseconds}"
    if isinstance(value, msgpack.ExtType):
        return f"ext {value.code} {value.data.hex()}"
    if isinstance(value, Pairs):
        return "{" + ",".join(sorted(f"{describe(key)}={describe(inner)}" for key, inner in value)) + "}"
    return "[" + ",".join(describe(inner) for inner in value) + "]"


def write(packer, value):
    if isinstance(value, Pairs):
        packer.pack_map_header(len(value))
        for key, inner in value:
            write(packer, key)
            write(packer, inner)
    elif isinstance(value, (list, tuple)) and not isinstance(value, (msgpack.Timestamp, msgpack.ExtType)):
        packer.pack_array_header(len(value))
        for inner in value:
            write(packer, inner)
    else:
        packer.pack(value)


for line in sys.stdin:
    packer = msgpack.Packer(autoreset=False)
    value = msgpack.unpackb(bytes.fromhex(line.strip()), raw=False, strict_map_key=False, timestamp=0, object_pairs_hook=Pairs)
    write(packer, value)
    print(describe(value) + "\t" + packer.bytes().hex())
