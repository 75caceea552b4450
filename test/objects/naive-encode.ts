/** MessagePack written in the plainest way, for values without classes but Map, Set, Date and Uint8Array: what the Encoder is compared with. */
export function naiveEncode(value: unknown, float32: 'exact' | 'never' = 'exact'): number[] {
  const write = (item: unknown) => naiveEncode(item, float32);
  switch (typeof value) {
    case 'undefined':
      return [0xc0];
    case 'boolean':
      return [value ? 0xc3 : 0xc2];
    case 'bigint':
      return integer(value);
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? integer(BigInt(value)) : float(value, float32);
    case 'string': {
      const bytes = [...new TextEncoder().encode(value)];
      return [...header(bytes.length, 0xa0, 32, [0xd9, 0xda, 0xdb]), ...bytes];
    }
  }
  if (value === null) return [0xc0];
  if (value instanceof Uint8Array) return [...header(value.length, 0, 0, [0xc4, 0xc5, 0xc6]), ...value];
  if (value instanceof Set) return write([...value]);
  if (Array.isArray(value)) return concat(header(value.length, 0x90, 16, [0, 0xdc, 0xdd]), Array.from(value, write));
  const entries =
    value instanceof Map ? [...value] : Object.keys(value as object).map((key) => [key, (value as Record<string, unknown>)[key]]);
  return concat(header(entries.length, 0x80, 16, [0, 0xde, 0xdf]), entries.flat(1).map(write));
}

function concat(first: number[], rest: number[][]): number[] {
  return rest.reduce((all, part) => {
    for (const byte of part) all.push(byte);
    return all;
  }, first);
}

function header(count: number, fix: number, fixLimit: number, [one, two, four]: [number, number, number]): number[] {
  if (count < fixLimit) return [fix | count];
  if (count < 2 ** 8 && one !== 0) return [one, count];
  return count < 2 ** 16 ? [two, ...bigEndian(BigInt(count), 2)] : [four, ...bigEndian(BigInt(count), 4)];
}

function integer(value: bigint): number[] {
  if (value >= -32n && value < 128n) return bigEndian(value, 1);
  const types = value < 0n ? [0xd0, 0xd1, 0xd2, 0xd3] : [0xcc, 0xcd, 0xce, 0xcf];
  const asInt = value < 0n ? BigInt.asIntN : BigInt.asUintN;
  const width = [1, 2, 4, 8].find((bytes) => asInt(bytes * 8, value) === value) as number;
  return [types[Math.log2(width)] as number, ...bigEndian(value, width)];
}

function float(value: number, float32: 'exact' | 'never'): number[] {
  const isSingle = float32 === 'exact' && (Number.isNaN(value) || Math.fround(value) === value);
  const view = new DataView(new ArrayBuffer(isSingle ? 4 : 8));
  if (isSingle) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return [isSingle ? 0xca : 0xcb, ...new Uint8Array(view.buffer)];
}

function bigEndian(value: bigint, width: number): number[] {
  return Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * (width - 1 - i))) & 0xffn));
}
