import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExtensionValue } from '../../ts/objects/extension.ts';
import { Timestamp } from '../../ts/objects/timestamp.ts';
import { decode, encode, hex, join, toHex } from './helpers.ts';

/** A value and its smallest format: what encode gives, and what decode takes back. */
const SMALLEST: [value: unknown, digits: string][] = [
  [null, 'c0'],
  [false, 'c2'],
  [true, 'c3'],
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, 'cc80'],
  [255, 'ccff'],
  [256, 'cd0100'],
  [65_535, 'cdffff'],
  [65_536, 'ce00010000'],
  [2 ** 31 - 1, 'ce7fffffff'],
  [2 ** 31, 'ce80000000'],
  [2 ** 32 - 1, 'ceffffffff'],
  [2 ** 32, 'cf0000000100000000'],
  [Number.MAX_SAFE_INTEGER, 'cf001fffffffffffff'],
  [2n ** 53n, 'cf0020000000000000'],
  [2n ** 63n, 'cf8000000000000000'],
  [2n ** 64n - 1n, 'cfffffffffffffffff'],
  [-1, 'ff'],
  [-32, 'e0'],
  [-33, 'd0df'],
  [-128, 'd080'],
  [-129, 'd1ff7f'],
  [-32_768, 'd18000'],
  [-32_769, 'd2ffff7fff'],
  [-(2 ** 31), 'd280000000'],
  [-(2 ** 31) - 1, 'd3ffffffff7fffffff'],
  [-(2 ** 32), 'd3ffffffff00000000'],
  [-(2 ** 32) - 1, 'd3fffffffeffffffff'],
  [Number.MIN_SAFE_INTEGER, 'd3ffe0000000000001'],
  [-(2n ** 53n), 'd3ffe0000000000000'],
  [-(2n ** 63n), 'd38000000000000000'],
  [-0, 'ca80000000'],
  [0.5, 'ca3f000000'],
  [-1.5, 'cabfc00000'],
  [0.1, 'cb3fb999999999999a'],
  [Number.NaN, 'ca7fc00000'],
  [Number.POSITIVE_INFINITY, 'ca7f800000'],
  [Number.NEGATIVE_INFINITY, 'caff800000'],
  [2 ** -149, 'ca00000001'],
  [2 ** -150, 'cb3690000000000000'],
  [2 ** 128 - 2 ** 104, 'ca7f7fffff'],
  [2 ** 128, 'cb47f0000000000000'],
  [5e-324, 'cb0000000000000001'],
  [Number.MAX_VALUE, 'cb7fefffffffffffff'],
  // Integers that are not safe stay numbers: as floats.
  [2 ** 53, 'ca5a000000'],
  [2 ** 53 + 2, 'cb4340000000000001'],
  [-(2 ** 63), 'cadf000000'],
  [1e300, 'cb7e37e43c8800759c'],
  ['', 'a0'],
  ['a', 'a161'],
  ['é€😀', 'a9c3a9e282acf09f9880'],
  ['\u0000\u007f\u0080\u07ff\u0800\uffff', 'ac007fc280dfbfe0a080efbfbf'],
  ['\ufeffa', 'a4efbbbf61'],
  ['\ufffd', 'a3efbfbd'],
  [[], '90'],
  [[1, [2, []]], '9201920290'],
  [{}, '80'],
  [{ a: 1, b: { c: [] } }, '82a16101a16281a16390'],
  [
    new Map<unknown, unknown>([
      [1, 'a'],
      ['b', null],
    ]),
    '8201a161a162c0',
  ],
  [new Map([[[1], new Map([[null, true]])]]), '81910181c0c3'],
  [Uint8Array.of(), 'c400'],
  [Uint8Array.of(1, 255), 'c40201ff'],
  [new Date(0), 'd6ff00000000'],
  [new Date((2 ** 32 - 1) * 1000), 'd6ffffffffff'],
  [new Date(2 ** 32 * 1000), 'd7ff0000000100000000'],
  [new Date(1), 'd7ff003d090000000000'],
  [new Date((2 ** 34 - 1) * 1000 + 999), 'd7ffee2e1f03ffffffff'],
  [new Date(2 ** 34 * 1000), 'c70cff000000000000000400000000'],
  [new Date(-1), 'c70cff3b8b87c0ffffffffffffffff'],
  [new Date(-1000), 'c70cff00000000ffffffffffffffff'],
  [new Date(8.64e15), 'c70cff00000000000007dba8218000'],
  [new Date(-8.64e15), 'c70cff00000000fffff82457de8000'],
  [new Timestamp(0, 1), 'd7ff0000000400000000'],
  [new Timestamp(2 ** 34 - 1, 999_999_999), 'd7ffee6b27ffffffffff'],
  [new Timestamp(2 ** 34, 999_999_999), 'c70cff3b9ac9ff0000000400000000'],
  [new Timestamp(-1, 1), 'c70cff00000001ffffffffffffffff'],
  [new Timestamp(2n ** 63n - 1n), 'c70cff000000007fffffffffffffff'],
  [new Timestamp(-(2n ** 63n), 999_999_999), 'c70cff3b9ac9ff8000000000000000'],
  [new Timestamp(8.64e12, 1_000_000), 'c70cff000f4240000007dba8218000'],
  [new ExtensionValue(5, Uint8Array.of()), 'c70005'],
  [new ExtensionValue(127, Uint8Array.of(1)), 'd47f01'],
  [new ExtensionValue(-128, Uint8Array.of(1, 2)), 'd5800102'],
  [new ExtensionValue(0, Uint8Array.of(1, 2, 3)), 'c70300010203'],
  [new ExtensionValue(5, new Uint8Array(4)), 'd60500000000'],
  [new ExtensionValue(5, new Uint8Array(8)), 'd7050000000000000000'],
  [new ExtensionValue(5, new Uint8Array(16)), `d805${'00'.repeat(16)}`],
];

/** How many bytes or values follow, and the header that says so, in each family. */
const COUNTED: [count: number, string: string, binary: string, array: string, map: string, extension: string][] = [
  [15, 'af', 'c40f', '9f', '8f', 'c70f05'],
  [16, 'b0', 'c410', 'dc0010', 'de0010', 'd805'],
  [17, 'b1', 'c411', 'dc0011', 'de0011', 'c71105'],
  [31, 'bf', 'c41f', 'dc001f', 'de001f', 'c71f05'],
  [32, 'd920', 'c420', 'dc0020', 'de0020', 'c72005'],
  [255, 'd9ff', 'c4ff', 'dc00ff', 'de00ff', 'c7ff05'],
  [256, 'da0100', 'c50100', 'dc0100', 'de0100', 'c8010005'],
  [65_535, 'daffff', 'c5ffff', 'dcffff', 'deffff', 'c8ffff05'],
  [65_536, 'db00010000', 'c600010000', 'dd00010000', 'df00010000', 'c90001000005'],
];

/** Bytes that encode does not give, and the value that decode makes of them. */
const WIDER: [digits: string, value: unknown][] = [
  ['cc00', 0],
  ['cd0001', 1],
  ['ce00000001', 1],
  ['cf0000000000000001', 1],
  ['d07f', 127],
  ['d0ff', -1],
  ['d1ffff', -1],
  ['d17fff', 32_767],
  ['d2ffffffff', -1],
  ['d27fffffff', 2 ** 31 - 1],
  ['d3ffffffffffffffff', -1],
  ['d3001fffffffffffff', Number.MAX_SAFE_INTEGER],
  ['d30020000000000000', 2n ** 53n],
  ['d37fffffffffffffff', 2n ** 63n - 1n],
  ['ca00000000', 0],
  ['cb0000000000000000', 0],
  ['cb8000000000000000', -0],
  ['cb3ff0000000000000', 1],
  ['ca3dcccccd', Math.fround(0.1)],
  ['caffc00001', Number.NaN],
  ['cb7ff0000000000001', Number.NaN],
  ['d90161', 'a'],
  ['da000161', 'a'],
  ['db0000000161', 'a'],
  ['c5000107', Uint8Array.of(7)],
  ['c60000000107', Uint8Array.of(7)],
  ['dc000101', [1]],
  ['dd0000000101', [1]],
  ['de0001a16101', { a: 1 }],
  ['df00000001d9016101', { a: 1 }],
  ['81da00016101', { a: 1 }],
  ['81db000000016101', { a: 1 }],
  ['c7010507', new ExtensionValue(5, Uint8Array.of(7))],
  ['c800010507', new ExtensionValue(5, Uint8Array.of(7))],
  ['c9000000010507', new ExtensionValue(5, Uint8Array.of(7))],
  ['c704ff00000001', new Date(1000)],
  ['c80008ff0000000000000001', new Date(1000)],
  ['c90000000cff000000000000000000000001', new Date(1000)],
];

describe('encode', () => {
  for (const [value, digits] of SMALLEST) {
    it(`writes ${digits.slice(0, 24)} and decode takes it back`, () => {
      assert.equal(toHex(encode(value)), digits);
      assert.deepStrictEqual(decode(hex(digits)), value);
    });
  }

  for (const [count, string, binary, array, map, extension] of COUNTED) {
    it(`counts ${count} in the smallest header of each family`, () => {
      const filled = new Uint8Array(count).fill(0x61);
      const names = Array.from({ length: count }, (_, i) => `k${i}`);
      const members = Object.fromEntries(names.map((name) => [name, true]));
      for (const [value, bytes] of [
        ['a'.repeat(count), join(hex(string), filled)],
        [filled, join(hex(binary), filled)],
        [new ExtensionValue(5, filled), join(hex(extension), filled)],
        [new Array(count).fill(true), join(hex(array), new Uint8Array(count).fill(0xc3))],
        [
          members,
          join(
            hex(map),
            names.flatMap((name) => [...encode(name), 0xc3]),
          ),
        ],
      ] as const) {
        assert.equal(Buffer.compare(encode(value), bytes), 0);
        assert.deepStrictEqual(decode(bytes), value);
      }
    });
  }

  it('counts the bytes of a string, not its units, at every boundary', () => {
    for (const unit of ['é', '€', '😀', '\ud800']) {
      const size = new TextEncoder().encode(unit).length;
      for (const limit of [32, 256, 65_536]) {
        for (let bytes = limit - 5; bytes <= limit + 5; bytes++) {
          const text = unit.repeat(bytes / size) + 'a'.repeat(bytes % size);
          const encoded = encode(text);
          const header = bytes < 32 ? 1 : bytes < 256 ? 2 : bytes < 65_536 ? 3 : 5;
          assert.equal(encoded.length, header + bytes);
          assert.deepEqual(encoded.subarray(header), new TextEncoder().encode(text));
          assert.equal(decode(encoded), unit === '\ud800' ? text.replaceAll(unit, '\ufffd') : text);
        }
      }
    }
  });

  it("takes float64 for every float with float32: 'never'", () => {
    for (const [value, digits] of [
      [0.5, 'cb3fe0000000000000'],
      [-0, 'cb8000000000000000'],
      [Number.NaN, 'cb7ff8000000000000'],
      [Number.NEGATIVE_INFINITY, 'cbfff0000000000000'],
      [2 ** 53, 'cb4340000000000000'],
      [1, '01'],
    ] as const) {
      assert.equal(toHex(encode(value, { float32: 'never' })), digits);
    }
  });

  it('writes one NaN, whatever bits it has', () => {
    const odd = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0123n]).buffer)[0];
    assert.equal(toHex(encode(odd)), 'ca7fc00000');
    assert.equal(toHex(encode(odd, { float32: 'never' })), 'cb7ff8000000000000');
  });
});

describe('decode', () => {
  for (const [digits, value] of WIDER) {
    it(`reads ${digits}, which is not the smallest format`, () => assert.deepStrictEqual(decode(hex(digits)), value));
  }

  it("makes of uint64 and int64 what 'int64' says", () => {
    const cases: [digits: string, auto: unknown, bigint: unknown, number: unknown][] = [
      ['cf0000000000000001', 1, 1n, 1],
      ['d3ffffffffffffffff', -1, -1n, -1],
      ['cf001fffffffffffff', 2 ** 53 - 1, 2n ** 53n - 1n, 2 ** 53 - 1],
      ['cf0020000000000001', 2n ** 53n + 1n, 2n ** 53n + 1n, 2 ** 53],
      ['cf0020000000000003', 2n ** 53n + 3n, 2n ** 53n + 3n, 2 ** 53 + 4],
      ['cfffffffffffffffff', 2n ** 64n - 1n, 2n ** 64n - 1n, 2 ** 64],
      ['d3ffdfffffffffffff', -(2n ** 53n) - 1n, -(2n ** 53n) - 1n, -(2 ** 53)],
      ['d38000000000000000', -(2n ** 63n), -(2n ** 63n), -(2 ** 63)],
      ['ce00000001', 1, 1, 1],
    ];
    for (const [digits, auto, bigint, number] of cases) {
      assert.deepStrictEqual(decode(hex(digits)), auto);
      assert.deepStrictEqual(decode(hex(digits), { int64: 'bigint' }), bigint);
      assert.deepStrictEqual(decode(hex(digits), { int64: 'number' }), number);
    }
  });

  it('gives the last of duplicate keys at the place of the first', () => {
    assert.equal(JSON.stringify(decode(hex('83a16101a16202a16103'))), '{"a":3,"b":2}');
    assert.deepEqual(
      [...(decode(hex('83 05 01 a162 02 05 03')) as Map<unknown, unknown>)],
      [
        [5, 3],
        ['b', 2],
      ],
    );
  });

  it("makes '__proto__' a property, not a prototype", () => {
    const value = decode(hex('82 a95f5f70726f746f5f5f 81a17801 a16101')) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.deepEqual(Object.keys(value), ['__proto__', 'a']);
    assert.equal(value.x, undefined);
    assert.equal(toHex(encode(value)), '82a95f5f70726f746f5f5f81a17801a16101');
    const map = decode(hex('82 a95f5f70726f746f5f5f 01 05 02')) as Map<unknown, unknown>;
    assert.deepEqual(
      [...map],
      [
        ['__proto__', 1],
        [5, 2],
      ],
    );
  });

  it('makes a property of every name that objects inherit, whatever stands there', () => {
    const text = '{"toString":1,"constructor":{"name":2},"hasOwnProperty":3,"__defineGetter__":4,"trap":5,"__proto__":6}';
    let calls = 0;
    Object.defineProperty(Object.prototype, 'trap', { set: () => calls++, configurable: true });
    try {
      for (let i = 0; i < 3; i++) assert.equal(JSON.stringify(decode(encode(JSON.parse(text)))), text);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'trap');
    }
    assert.equal(calls, 0);
  });

  it('reads names of every length, whatever was seen before', () => {
    const names = Array.from({ length: 70 }, (_, i) => ['x'.repeat(i), 'é'.repeat(i), `${'x'.repeat(i)}y`]).flat();
    const value = Object.fromEntries(names.map((name, i) => [name, i]));
    const bytes = encode(value);
    for (let i = 0; i < 3; i++) assert.deepStrictEqual(decode(bytes), value);
  });

  it('keeps apart many names that a small cache cannot hold', () => {
    const value = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`name-${(i * 2654435761) % 2 ** 32}`, i]));
    assert.deepStrictEqual(decode(encode(value)), value);
  });
});
