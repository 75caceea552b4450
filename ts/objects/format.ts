/** The header bytes of MessagePack: the first of each family, which ends where the next one starts, and some within them. */
export const FIXMAP = 0x80;
export const FIXARRAY = 0x90;
export const FIXSTR = 0xa0;
export const NIL = 0xc0;
export const RESERVED = 0xc1;
export const FALSE = 0xc2;
export const TRUE = 0xc3;
export const BINARY = 0xc4;
export const EXTENSION = 0xc7;
export const FLOAT32 = 0xca;
export const FLOAT64 = 0xcb;
export const UINT8 = 0xcc;
export const UINT16 = 0xcd;
export const INT8 = 0xd0;
export const INT16 = 0xd1;
export const FIXEXT = 0xd4;
export const STRING = 0xd9;
export const ARRAY = 0xdc;
export const MAP = 0xde;
export const NEGATIVE_FIXINT = 0xe0;

/** How many bytes of numbers, lengths and extension types follow each header byte from 0xc0 to 0xdf. */
// biome-ignore format: one row a family
const WIDTHS = new Uint8Array([
  0, 0, 0, 0, // nil, reserved, false, true
  1, 2, 4,    // bin
  2, 3, 5,    // ext, with its type
  4, 8,       // float
  1, 2, 4, 8, // uint
  1, 2, 4, 8, // int
  1, 1, 1, 1, 1, // fixext
  1, 2, 4,    // str
  2, 4,       // array
  2, 4,       // map
]);

/** The bytes that follow a header byte from 0xc0 to 0xdf, before any payload. */
export function widthOf(byte: number): number {
  return WIDTHS[byte - NIL] as number;
}

export function isString(byte: number): boolean {
  return (byte >= FIXSTR && byte < NIL) || (byte >= STRING && byte < ARRAY);
}

export function isContainer(byte: number): boolean {
  return (byte >= FIXMAP && byte < FIXSTR) || (byte >= ARRAY && byte < NEGATIVE_FIXINT);
}

export function isExtension(byte: number): boolean {
  return (byte >= EXTENSION && byte < FLOAT32) || (byte >= FIXEXT && byte < STRING);
}

/** The length or count that follows the header byte of bin, ext, str, array or map, all of which must be there. */
export function readLength(input: Uint8Array, pos: number, byte: number): number {
  switch (byte) {
    case 0xc4:
    case 0xc7:
    case 0xd9:
      return input[pos] as number;
    case 0xc5:
    case 0xc8:
    case 0xda:
    case 0xdc:
    case 0xde:
      return ((input[pos] as number) << 8) | (input[pos + 1] as number);
    case 0xc6:
    case 0xc9:
    case 0xdb:
    case 0xdd:
    case 0xdf:
      return readUint32(input, pos);
    default:
      return 1 << (byte - FIXEXT);
  }
}

export function readUint32(input: Uint8Array, pos: number): number {
  const high = ((input[pos] as number) << 8) | (input[pos + 1] as number);
  return high * 0x10000 + (((input[pos + 2] as number) << 8) | (input[pos + 3] as number));
}
