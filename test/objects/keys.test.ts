import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExtensionValue } from '../../ts/objects/extension.ts';
import { Timestamp } from '../../ts/objects/timestamp.ts';
import { decode, encode, failure, hex, toHex } from './helpers.ts';

describe("nonStringKeys: 'map'", () => {
  it('makes a Map of a map with one key that is no string, with all its entries in their order', () => {
    assert.deepStrictEqual(
      decode(hex('83 a13b 01 a131 02 05 03')),
      new Map<unknown, unknown>([
        [';', 1],
        ['1', 2],
        [5, 3],
      ]),
    );
    const entries = [
      ['b', 0],
      ['10', 1],
      ['9', 2],
      ['a', 3],
      ['2', 4],
      [null, 5],
      ['1', 6],
    ];
    assert.deepEqual([...(decode(encode(new Map(entries as [unknown, unknown][]))) as Map<unknown, unknown>)], entries);
  });

  it('takes every value as a key', () => {
    const keys = [
      null,
      true,
      -5,
      2n ** 60n,
      0.5,
      Number.NaN,
      [1],
      { a: 1 },
      new Map([[1, 2]]),
      Uint8Array.of(1),
      new Date(5),
      new Timestamp(0, 1),
    ];
    const map = new Map<unknown, unknown>([...keys, new ExtensionValue(4, Uint8Array.of(2))].map((key, i) => [key, [i]]));
    assert.deepStrictEqual(decode(encode(map)), map);
  });

  it('keeps a plain object where every key is a string', () => {
    assert.deepStrictEqual(
      decode(
        encode(
          new Map([
            ['a', 1],
            ['b', 2],
          ]),
        ),
      ),
      { a: 1, b: 2 },
    );
    assert.deepStrictEqual(decode(encode(new Map())), {});
  });

  it('goes on with the outer map after a container as key', () => {
    assert.deepStrictEqual(
      decode(hex('82 81 90 80 a161 9101 c0')),
      new Map<unknown, unknown>([
        [new Map([[[], {}]]), 'a'],
        [[1], null],
      ]),
    );
  });
});

describe("nonStringKeys: 'error'", () => {
  const refused = (digits: string, offset: number) =>
    assert.deepEqual(
      failure(() => decode(hex(digits), { nonStringKeys: 'error' })),
      { code: 'LW_MSGPACK_KEY', offset },
      digits,
    );

  it('fails at the header of the key, before its content', () => {
    for (const key of [
      '05',
      'ff',
      'c0',
      'c2',
      'c3',
      'c4',
      'c7',
      'ca',
      'cb00',
      'cc',
      'd3',
      'd4',
      '80',
      '90',
      'dc',
      'dfff',
      'd6ff',
      'd5ff0000',
    ]) {
      refused(`81${key}`, 1);
      refused(`9182a16101${key}`, 5);
    }
  });

  it('takes every width of string', () => {
    for (const key of ['a161', 'd90161', 'da000161', 'db0000000161'])
      assert.deepEqual(decode(hex(`81${key}c0`), { nonStringKeys: 'error' }), { a: null });
  });

  it('does not take the reserved byte for a key', () => {
    assert.deepEqual(
      failure(() => decode(hex('81c1'), { nonStringKeys: 'error' })),
      { code: 'LW_MSGPACK_RESERVED', offset: 1 },
    );
  });

  it("fails at the header of a key that became bytes with invalidUtf8: 'bytes'", () => {
    assert.deepEqual(
      failure(() => decode(hex('82a161c0a1ffc0'), { nonStringKeys: 'error', invalidUtf8: 'bytes' })),
      { code: 'LW_MSGPACK_KEY', offset: 4 },
    );
  });
});

describe("nonStringKeys: 'stringify'", () => {
  const options = { nonStringKeys: 'stringify' } as const;

  it('makes text of every key that is no container', () => {
    for (const [key, name] of [
      ['05', '5'],
      ['ff', '-1'],
      ['c0', 'null'],
      ['c2', 'false'],
      ['c3', 'true'],
      ['ca3f000000', '0.5'],
      ['ca80000000', '-0'],
      ['ca7fc00000', 'NaN'],
      ['caff800000', '-Infinity'],
      ['cb444b1ae4d6e2ef50', '1e+21'],
      ['cfffffffffffffffff', '18446744073709551615'],
      ['c400', ''],
      ['c40101', 'AQ=='],
      ['c402fbff', '+/8='],
      ['c403010203', 'AQID'],
      ['d6ff00000000', '1970-01-01T00:00:00Z'],
      ['d7ff7735940000000000', '1970-01-01T00:00:00.500Z'],
      ['c70cff000003e80000000000000000', '1970-01-01T00:00:00.000001Z'],
      ['c70cff00000001ffffffffffffffff', '1969-12-31T23:59:59.000000001Z'],
      ['c70cff00000000ffffff0000000000', '{"$ext":-1,"data":"AAAAAP///wAAAAAA"}'],
      ['c70cff000000007fffffffffffffff', '{"$ext":-1,"data":"AAAAAH//////////"}'],
      ['d40501', '{"$ext":5,"data":"AQ=="}'],
      ['a161', 'a'],
    ] as const) {
      assert.deepStrictEqual(decode(hex(`82${key}01a17a02`), options), { [name]: 1, z: 2 }, key);
    }
  });

  it('does not let a container be a key', () => {
    for (const key of ['80', '90', '9101', 'dc', 'dd00', 'de', 'df']) {
      assert.deepEqual(
        failure(() => decode(hex(`82a16101${key}`), options)),
        { code: 'LW_MSGPACK_KEY', offset: 4 },
        key,
      );
    }
  });

  it('makes text of what an extension says, without asking it', () => {
    const extension = { type: 5, match: () => false, encode: () => new Uint8Array(), decode: () => assert.fail('asked') };
    assert.deepEqual(decode(hex('81d4050101'), { ...options, extensions: [extension] }), { '{"$ext":5,"data":"AQ=="}': 1 });
  });

  it("makes base64 of a string that is no UTF-8 with invalidUtf8: 'bytes'", () => {
    assert.deepEqual(decode(hex('81a1ff01'), { ...options, invalidUtf8: 'bytes' }), { '/w==': 1 });
  });
});

describe('invalidUtf8', () => {
  const long = 'e282'.repeat(30);

  it("fails at the first byte of the bad sequence with 'error'", () => {
    for (const [digits, offset] of [
      ['a1ff', 1],
      ['a3 61 c3 28', 2],
      ['a2 c080', 1],
      ['a3 e08080', 1],
      ['a3 eda080', 1],
      ['a4 f08fbfbf', 1],
      ['a4 f4908080', 1],
      ['a4 f5808080', 1],
      ['a3 61e282', 2],
      ['92 a161 a3 c3a9 80', 6],
      ['81 a261ff 01', 3],
      [`d93c${long}`, 2],
      [`d94061${'62'.repeat(62)}ff`, 65],
      ['da0003efbf00', 3],
    ] as const) {
      assert.deepEqual(
        failure(() => decode(hex(digits))),
        { code: 'LW_UTF8', offset },
        digits,
      );
    }
  });

  it('finds what is wrong in a string that the input cuts off', () => {
    for (const [digits, code, offset] of [
      ['a961ff', 'LW_UTF8', 2],
      ['a3e282', 'LW_MSGPACK_END', 3],
      ['a461e282', 'LW_MSGPACK_END', 4],
      ['a4f09f98', 'LW_MSGPACK_END', 4],
      ['a3f09f', 'LW_UTF8', 1],
      ['a9e080', 'LW_UTF8', 1],
      ['dbffffffff61c3', 'LW_MSGPACK_END', 7],
      ['dbffffffff61c361', 'LW_UTF8', 6],
    ] as const) {
      assert.deepEqual(
        failure(() => decode(hex(digits))),
        { code, offset },
        digits,
      );
      assert.deepEqual(
        failure(() => decode(hex(digits), { invalidUtf8: 'lossy' })),
        { code: 'LW_MSGPACK_END', offset: digits.length / 2 },
        digits,
      );
    }
  });

  it("gives the bytes with 'bytes', and a string where it is UTF-8", () => {
    assert.deepEqual(decode(hex('92 a2c328 a2c3a9'), { invalidUtf8: 'bytes' }), [Uint8Array.of(0xc3, 0x28), 'é']);
    assert.deepEqual(
      decode(hex('82 a161 01 a1ff 02'), { invalidUtf8: 'bytes' }),
      new Map<unknown, unknown>([
        ['a', 1],
        [Uint8Array.of(0xff), 2],
      ]),
    );
  });

  it("puts U+FFFD for each maximal part with 'lossy'", () => {
    const options = { invalidUtf8: 'lossy' } as const;
    assert.equal(decode(hex('a5 61 e282 62 ff'), options), 'a\ufffdb\ufffd');
    assert.equal(decode(hex('a6 efbbbf f09f98'), options), '\ufeff\ufffd');
    assert.equal(decode(hex(`d93c${long}`), options), '\ufffd'.repeat(30));
    assert.deepEqual(decode(hex('81a1ff01'), options), { '\ufffd': 1 });
  });

  it('keeps a byte order mark and U+FFFD that are really there', () => {
    for (const text of ['\ufeff', `\ufeff${'x'.repeat(100)}\ufffd`, `\ufffd${'é'.repeat(100)}`]) {
      assert.equal(decode(encode(text)), text);
      assert.equal(decode(encode(text), { invalidUtf8: 'lossy' }), text);
    }
  });
});

it('an options object with a value that an option does not have is a TypeError', () => {
  for (const options of [
    { int64: 'string' },
    { float32: true },
    { invalidUtf8: 'ignore' },
    { nonStringKeys: 'drop' },
    { depthMax: -1 },
    { depthMax: Number.NaN },
    { depthMax: '5' },
    { extensions: [{ type: 1 }] },
    { extensions: [{ type: 128, match() {}, encode() {}, decode() {} }] },
    { extensions: [{ type: -1, match() {}, encode() {}, decode() {} }] },
  ]) {
    assert.throws(() => encode(1, options as never), TypeError, JSON.stringify(options));
    assert.throws(() => decode(hex('01'), options as never), TypeError, JSON.stringify(options));
  }
  assert.equal(toHex(encode(1, { depthMax: undefined } as never)), '01');
  assert.equal(toHex(encode([1], { depthMax: Number.POSITIVE_INFINITY })), '9101');
});
