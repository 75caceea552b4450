import { LanewiseError } from '../../ts/error.ts';
import type { ErrorCode } from '../../ts/generated/error-codes.ts';
import { ExtensionValue } from '../../ts/objects/extension.ts';
import { Timestamp } from '../../ts/objects/timestamp.ts';

/** MessagePack read in the plainest way, with default options but for the depth: what the Decoder is compared with. */
export function naiveDecode(input: Uint8Array, depthMax: number): unknown {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let pos = 0;

  const fail = (code: ErrorCode, offset: number): never => {
    throw new LanewiseError(code, offset);
  };
  const uint = (width: number): number => {
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (input[pos++] ?? fail('LW_MSGPACK_END', input.length));
    return value;
  };
  const data = (length: number): Uint8Array => {
    if (length > input.length - pos) fail('LW_MSGPACK_END', input.length);
    pos += length;
    return input.slice(pos - length, pos);
  };
  const string = (length: number): string => {
    const start = pos;
    let text = '';
    while (pos < start + length) {
      const at = pos;
      // The shortest run that is UTF-8 is one code point; of a run that ends with the input some padding must make one.
      const isText = (bytes: number[]): boolean =>
        !new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)).includes('\ufffd');
      const run: number[] = [];
      for (;;) {
        if (pos === input.length) {
          const couldBe = [0x80, 0x90, 0xa0, 0xbf].some((second) =>
            [0, 1, 2].some(
              (more) =>
                run.length + 1 + more <= start + length - at &&
                isText([...run, run.length === 1 ? second : 0x80, ...new Array(more).fill(0x80)]),
            ),
          );
          fail(run.length === 0 || couldBe ? 'LW_MSGPACK_END' : 'LW_UTF8', run.length === 0 || couldBe ? input.length : at);
        }
        run.push(input[pos++] as number);
        if (isText(run) || `${run}` === '239,191,189') break;
        if (run.length === 4 || pos === start + length) fail('LW_UTF8', at);
      }
      text += new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(run));
    }
    return text;
  };
  const extension = (at: number, length: number): unknown => {
    const type = (uint(1) << 24) >> 24;
    if (type !== -1) return new ExtensionValue(type, data(length));
    if (![4, 8, 12].includes(length)) fail('LW_MSGPACK_TIMESTAMP', at);
    const start = pos;
    if (length > 4 && start + length > input.length) {
      // The first bytes of the nanoseconds may be too many already.
      const first = new DataView(new Uint8Array([...input.subarray(start, start + 4), 0, 0, 0, 0]).buffer).getUint32(0);
      if ((length === 8 ? first >>> 2 : first) >= 1e9) fail('LW_MSGPACK_TIMESTAMP', at);
    }
    data(length);
    let seconds = length === 12 ? view.getBigInt64(start + 4) : BigInt(view.getUint32(start));
    let nanoseconds = length === 12 ? view.getUint32(start) : 0;
    if (length === 8) {
      nanoseconds = Number(view.getBigUint64(start) >> 34n);
      seconds = view.getBigUint64(start) & (2n ** 34n - 1n);
    }
    if (nanoseconds >= 1e9) fail('LW_MSGPACK_TIMESTAMP', at);
    const milliseconds = seconds * 1000n + BigInt(Math.floor(nanoseconds / 1e6));
    const isDate = nanoseconds % 1e6 === 0 && milliseconds <= 8_640_000_000_000_000n && milliseconds >= -8_640_000_000_000_000n;
    return isDate ? new Date(Number(milliseconds)) : new Timestamp(seconds, nanoseconds);
  };
  const number = <T>(width: number, read: (at: number) => T): T => {
    const at = pos;
    data(width);
    return read(at);
  };
  const wide = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
  const array = (count: number, depth: number): unknown[] => {
    const list: unknown[] = [];
    for (let i = 0; i < count; i++) list.push(value(depth + 1));
    return list;
  };
  const map = (count: number, depth: number): unknown => {
    const entries: [unknown, unknown][] = [];
    for (let i = 0; i < count; i++) entries.push([value(depth + 1), value(depth + 1)]);
    return entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries) : new Map(entries);
  };
  function value(depth: number): unknown {
    const at = pos;
    const byte = uint(1);
    const isContainer = (byte >= 0x80 && byte < 0xa0) || (byte >= 0xdc && byte < 0xe0);
    if (isContainer && depth >= depthMax) fail('LW_DEPTH', at);
    if (byte < 0x80) return byte;
    if (byte < 0x90) return map(byte & 15, depth);
    if (byte < 0xa0) return array(byte & 15, depth);
    if (byte < 0xc0) return string(byte & 31);
    if (byte >= 0xe0) return byte - 256;
    const readers: (() => unknown)[] = [
      () => null,
      () => fail('LW_MSGPACK_RESERVED', at),
      () => false,
      () => true,
      () => data(uint(1)),
      () => data(uint(2)),
      () => data(uint(4)),
      () => extension(at, uint(1)),
      () => extension(at, uint(2)),
      () => extension(at, uint(4)),
      () => number(4, (i) => view.getFloat32(i)),
      () => number(8, (i) => view.getFloat64(i)),
      () => uint(1),
      () => uint(2),
      () => uint(4),
      () => number(8, (i) => wide(view.getBigUint64(i))),
      () => number(1, (i) => view.getInt8(i)),
      () => number(2, (i) => view.getInt16(i)),
      () => number(4, (i) => view.getInt32(i)),
      () => number(8, (i) => wide(view.getBigInt64(i))),
      () => extension(at, 1),
      () => extension(at, 2),
      () => extension(at, 4),
      () => extension(at, 8),
      () => extension(at, 16),
      () => string(uint(1)),
      () => string(uint(2)),
      () => string(uint(4)),
      () => array(uint(2), depth),
      () => array(uint(4), depth),
      () => map(uint(2), depth),
      () => map(uint(4), depth),
    ];
    return readers[byte - 0xc0]?.();
  }
  const result = value(0);
  if (pos < input.length) fail('LW_MSGPACK_TRAILING', pos);
  return result;
}
