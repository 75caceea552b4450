import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { decode, encode, failure, hex, nest } from './helpers.ts';

const INVALID: [digits: string, code: string, offset: number][] = [
  ['', 'LW_MSGPACK_END', 0],
  ['c1', 'LW_MSGPACK_RESERVED', 0],
  ['9201c1', 'LW_MSGPACK_RESERVED', 2],
  ['81a161c1', 'LW_MSGPACK_RESERVED', 3],
  ['81c1', 'LW_MSGPACK_RESERVED', 1],
  ['0000', 'LW_MSGPACK_TRAILING', 1],
  ['9101c1', 'LW_MSGPACK_TRAILING', 2],
  ['80c0', 'LW_MSGPACK_TRAILING', 1],
  ['d5ff0000', 'LW_MSGPACK_TIMESTAMP', 0],
  ['d4ff', 'LW_MSGPACK_TIMESTAMP', 0],
  ['91d8ff', 'LW_MSGPACK_TIMESTAMP', 1],
  ['c700ff', 'LW_MSGPACK_TIMESTAMP', 0],
  ['c705ff', 'LW_MSGPACK_TIMESTAMP', 0],
  ['c9ffffffffff', 'LW_MSGPACK_TIMESTAMP', 0],
  ['91d7ffee6b280000000000', 'LW_MSGPACK_TIMESTAMP', 1],
  ['c70cff3b9aca000000000000000000', 'LW_MSGPACK_TIMESTAMP', 0],
  ['c70cffffffffff0000000000000000', 'LW_MSGPACK_TIMESTAMP', 0],
  ['d7ffee6b28', 'LW_MSGPACK_TIMESTAMP', 0],
  ['d7ffee6b27', 'LW_MSGPACK_END', 5],
  ['c70cff3b9aca', 'LW_MSGPACK_TIMESTAMP', 0],
  ['c70cff3b9ac9', 'LW_MSGPACK_END', 6],
  // Ends early, and what is there is met first.
  ['dbffffffff61', 'LW_MSGPACK_END', 6],
  ['ddffffffff01', 'LW_MSGPACK_END', 6],
  ['dfffffffff01', 'LW_MSGPACK_END', 6],
  ['c6ffffffff01', 'LW_MSGPACK_END', 6],
  ['c9ffffffff01', 'LW_MSGPACK_END', 6],
  ['ddffffffffc1', 'LW_MSGPACK_RESERVED', 5],
  ['dfffffffffa161c1', 'LW_MSGPACK_RESERVED', 7],
  ['dd00ffffffdd00ffffffdd00ffffff', 'LW_MSGPACK_END', 15],
  ['93c0a261ffc1', 'LW_UTF8', 4],
];

describe('decode', () => {
  for (const [digits, code, offset] of INVALID) {
    it(`refuses ${digits || 'nothing'} with ${code} at ${offset}`, () => {
      assert.deepEqual(
        failure(() => decode(hex(digits))),
        { code, offset },
      );
      const shifted = new Uint8Array(digits.length / 2 + 9).fill(0xc1);
      shifted.set(hex(digits), 5);
      assert.deepEqual(
        failure(() => decode(shifted.subarray(5, -4))),
        { code, offset },
      );
    });
  }

  it('says LW_MSGPACK_END at the length of every beginning of a value', () => {
    const value = {
      text: ['é', 'x'.repeat(40), 'y'.repeat(300), 'z'.repeat(70_000)],
      bytes: [new Uint8Array(3), new Uint8Array(300)],
      numbers: [1, 200, 2000, 70_000, 2 ** 40, 2n ** 60n, -1, -100, -1000, -70_000, -(2 ** 40), 0.5, 0.1],
      times: [new Date(0), new Date(1), new Date(-1)],
      map: new Map<unknown, unknown>([
        [1, [null, true]],
        [[2], new Map([[{}, []]])],
      ]),
      long: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`name ${i} ${'n'.repeat(i * 3)}`, i])),
    };
    const whole = encode(value);
    assert.deepStrictEqual(decode(whole), value);
    const ends = Array.from({ length: whole.length }, (_, i) => i).filter((i) => i < 2000 || i > whole.length - 2000 || i % 997 === 0);
    for (const end of ends)
      assert.deepEqual(
        failure(() => decode(whole.subarray(0, end))),
        { code: 'LW_MSGPACK_END', offset: end },
      );
  });

  it('allows depthMax containers and fails at the header that goes deeper', () => {
    for (const depthMax of [0, 1, 5, 1024]) {
      for (const header of ['91', '8101', '81a161', 'dc0001', 'dd00000001', 'de000101', 'df00000001a161']) {
        const size = header.length / 2;
        assert.ok(decode(hex(`${header.repeat(depthMax)}c0`), { depthMax }) !== undefined);
        assert.deepEqual(
          failure(() => decode(hex(`${header.repeat(depthMax + 1)}c0`), { depthMax })),
          { code: 'LW_DEPTH', offset: depthMax * size },
        );
        // The header byte alone tells.
        assert.deepEqual(
          failure(() => decode(hex(header.repeat(depthMax) + header.slice(0, 2)), { depthMax })),
          { code: 'LW_DEPTH', offset: depthMax * size },
        );
      }
      for (const empty of ['90', '80', 'dc0000']) {
        assert.deepEqual(
          failure(() => decode(hex(`${'91'.repeat(depthMax)}${empty}`), { depthMax })),
          { code: 'LW_DEPTH', offset: depthMax },
        );
      }
      assert.deepStrictEqual(decode(hex(`9291c091${'91'.repeat(3)}c0`), { depthMax: 5 }), [[null], [[[[null]]]]]);
    }
    assert.deepEqual(
      failure(() => decode(new Uint8Array(10_000).fill(0x91))),
      { code: 'LW_DEPTH', offset: 1024 },
    );
    assert.deepStrictEqual(decode(encode(nest(1024))), nest(1024));
  });

  it('allocates nothing for a length that the input only claims', () => {
    const claims = [
      'dbffffffff',
      'ddffffffff',
      'dfffffffff',
      'c6ffffffff',
      'c9ffffffff01',
      'dd7fffffff',
      'dd02000000',
      'de',
      'dcffff',
      '92ddffffffff',
    ];
    const started = process.memoryUsage();
    for (const claim of claims) {
      const bytes = hex(`${claim}01`);
      for (let i = 0; i < 200; i++) assert.equal(failure(() => decode(bytes)).code, 'LW_MSGPACK_END');
    }
    // A thousand headers, each of which claims as much as the whole input could hold.
    const nested = hex(`dd0000ffff`.repeat(1000) + '01'.repeat(65_536));
    for (let i = 0; i < 5; i++) assert.equal(failure(() => decode(nested)).code, 'LW_MSGPACK_END');
    const grown = process.memoryUsage();
    const growth = grown.heapTotal + grown.external - started.heapTotal - started.external;
    assert.ok(growth < 64 * 2 ** 20, `grew by ${growth} bytes`);
  });

  it('refuses what the engine could not hold, before it tries', () => {
    const big = new Uint8Array(2 ** 26 + 16);
    big.set(hex('df01000001'), 3);
    assert.deepEqual(
      failure(() => decode(big.subarray(3))),
      { code: 'LW_SIZE', offset: 0 },
    );
    assert.equal(failure(() => decode(big.subarray(3, 2 ** 20))).code, 'LW_MSGPACK_END');
    big.set(hex('91dd04000001'), 3);
    assert.deepEqual(
      failure(() => decode(big.subarray(3))),
      { code: 'LW_SIZE', offset: 1 },
    );
  });

  it('takes bytes alone', () => {
    for (const input of ['01', [1], new ArrayBuffer(1), new Int8Array(1), new DataView(new ArrayBuffer(1)), null, undefined, 5, {}]) {
      assert.throws(() => decode(input as never), TypeError);
      assert.throws(() => new Decoder().decodeMulti(input as never), TypeError);
    }
    assert.deepEqual(decode(Buffer.of(0x91, 0x01)), [1]);
    const Resizable = ArrayBuffer as new (size: number, options: object) => ArrayBuffer;
    assert.deepEqual(decode(new Uint8Array(new Resizable(2, { maxByteLength: 8 })).fill(0x91, 0, 1)), [0]);
    assert.deepEqual(
      failure(() => decode(new Uint8Array(new SharedArrayBuffer(1)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
  });

  it('gives nothing that aliases the input, and leaves the input as it is', () => {
    const value = { bytes: Uint8Array.of(1, 2, 3), extension: decode(hex('d40507')), text: 'x'.repeat(100), bad: 'é'.repeat(50) };
    const input = encode(value);
    const before = input.slice();
    const buffer = Buffer.from(input);
    const fromBuffer = decode(buffer);
    const result = decode(input);
    assert.deepEqual(input, before);
    input.fill(0xff);
    buffer.fill(0xff);
    assert.deepStrictEqual(result, value);
    assert.deepStrictEqual(fromBuffer, value);
    const { bytes } = result as typeof value;
    bytes.fill(0);
    assert.deepStrictEqual(decode(before), value);
    assert.equal(bytes.buffer.byteLength, 3);
    const raw = hex('a2c328');
    const lone = decode(raw, { invalidUtf8: 'bytes' });
    raw.fill(0);
    assert.deepEqual(lone, Uint8Array.of(0xc3, 0x28));
  });
});

describe('decodeMulti', () => {
  it('gives one value after another', () => {
    const decoder = new Decoder();
    assert.deepEqual([...decoder.decodeMulti(hex('01 9102 a161 c0 80'))], [1, [2], 'a', null, {}]);
    assert.deepEqual([...decoder.decodeMulti(hex(''))], []);
  });

  it('gives what is whole before it fails, with offsets from the start of the input', () => {
    const values: unknown[] = [];
    const read = (digits: string) => {
      values.length = 0;
      return failure(() => {
        for (const value of new Decoder().decodeMulti(hex(digits))) values.push(value);
      });
    };
    assert.deepEqual(read('01 9102 9203'), { code: 'LW_MSGPACK_END', offset: 5 });
    assert.deepEqual(values, [1, [2]]);
    assert.deepEqual(read('01 91c1 02'), { code: 'LW_MSGPACK_RESERVED', offset: 2 });
    assert.deepEqual(values, [1]);
  });

  it('may run beside other calls of the same Decoder', () => {
    const decoder = new Decoder();
    const first = decoder.decodeMulti(hex('01 02 03'));
    const second = decoder.decodeMulti(hex('a161 a162 a163'));
    const seen = [];
    for (const value of first) seen.push(value, second.next().value, decoder.decode(hex('9100')));
    assert.deepEqual(seen, [1, 'a', [0], 2, 'b', [0], 3, 'c', [0]]);
  });
});
