import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExtensionValue, msgpack, Timestamp } from 'lanewise';
import { bytes, failure, hex, text } from './helpers.ts';

/** JSON text and the MessagePack that it becomes. */
const FROM_JSON: [string, string][] = [
  ['null', 'c0'],
  ['false', 'c2'],
  ['true', 'c3'],
  ['0', '00'],
  ['127', '7f'],
  ['128', 'cc80'],
  ['255', 'ccff'],
  ['256', 'cd0100'],
  ['65535', 'cdffff'],
  ['65536', 'ce00010000'],
  ['4294967295', 'ceffffffff'],
  ['4294967296', 'cf0000000100000000'],
  ['18446744073709551615', 'cfffffffffffffffff'],
  ['-1', 'ff'],
  ['-32', 'e0'],
  ['-33', 'd0df'],
  ['-128', 'd080'],
  ['-129', 'd1ff7f'],
  ['-32769', 'd2ffff7fff'],
  ['-2147483649', 'd3ffffffff7fffffff'],
  ['-9223372036854775808', 'd38000000000000000'],
  ['-0', 'ca80000000'],
  ['18446744073709551616', 'ca5f800000'],
  ['1.5', 'ca3fc00000'],
  ['0.1', 'cb3fb999999999999a'],
  ['-0.5e0', 'cabf000000'],
  ['""', 'a0'],
  ['"a\\n\\u00e9"', 'a4610ac3a9'],
  ['"\\ud83d\\ude00"', 'a4f09f9880'],
  ['[]', '90'],
  ['[1,[2,[]]]', '920192 02 90'],
  ['{}', '80'],
  ['{"a":1,"b":{"a":[]},"a":2}', '83 a161 01 a162 81 a161 90 a161 02'],
];

/** MessagePack and the JSON text that it becomes, where that is no inverse of the above. */
const TO_JSON: [string, string][] = [
  ['d20000007f', '127'],
  ['cd0001', '1'],
  ['d3ffffffffffffffff', '-1'],
  ['cb3ff0000000000000', '1'],
  ['ca80000000', '-0'],
  ['cb8000000000000000', '-0'],
  ['ca3dcccccd', '0.10000000149011612'],
  ['cb4341c37937e08000', '10000000000000000'],
  ['cb444b1ae4d6e2ef50', '1e+21'],
  ['cb3eb0c6f7a0b5ed8d', '0.000001'],
  ['cb3e7ad7f29abcaf48', '1e-7'],
  ['d90161', '"a"'],
  ['da000161', '"a"'],
  ['db0000000161', '"a"'],
  ['a6 22 5c 0a 08 1f 2f', '"\\"\\\\\\n\\b\\u001f/"'],
  ['dc000101', '[1]'],
  ['dd0000000101', '[1]'],
  ['de0001a16101', '{"a":1}'],
  ['df00000001a16101', '{"a":1}'],
  ['c403010203', '"AQID"'],
  ['c40101', '"AQ=="'],
  ['c50000', '""'],
  ['c600000002 fbff', '"+/8="'],
  ['d6ff00000000', '"1970-01-01T00:00:00Z"'],
  ['d7ff 773594 00 00000000', '"1970-01-01T00:00:00.500Z"'],
  ['c70cff 00000001 ffffffffffffffff', '"1969-12-31T23:59:59.000000001Z"'],
  ['c70cff 000003e8 0000000000000000', '"1970-01-01T00:00:00.000001Z"'],
  ['d40501', '{"$ext":5,"data":"AQ=="}'],
  ['c70080', '{"$ext":-128,"data":""}'],
];

/** Bytes that are no MessagePack value. */
const INVALID: [string, string, number][] = [
  ['', 'LW_MSGPACK_END', 0],
  ['c1', 'LW_MSGPACK_RESERVED', 0],
  ['92 01 c1', 'LW_MSGPACK_RESERVED', 2],
  ['cc', 'LW_MSGPACK_END', 1],
  ['cd00', 'LW_MSGPACK_END', 2],
  ['a361', 'LW_MSGPACK_END', 2],
  ['9201', 'LW_MSGPACK_END', 2],
  ['81a161', 'LW_MSGPACK_END', 3],
  ['00 00', 'LW_MSGPACK_TRAILING', 1],
  ['dbffffffff 61', 'LW_MSGPACK_END', 6],
  ['ddffffffff 01', 'LW_MSGPACK_END', 6],
  ['dfffffffff a0', 'LW_MSGPACK_END', 6],
  ['c6ffffffff 01', 'LW_MSGPACK_END', 6],
  ['c9ffffffff 01', 'LW_MSGPACK_END', 6],
  ['93 c0 a2 61ff c1', 'LW_UTF8', 4],
  ['a2 c080', 'LW_UTF8', 1],
  ['d5ff0000', 'LW_MSGPACK_TIMESTAMP', 0],
  ['91 d7ff ee6b2800 00000000', 'LW_MSGPACK_TIMESTAMP', 1],
  ['c70cff 3b9aca00 0000000000000000', 'LW_MSGPACK_TIMESTAMP', 0],
];

describe('msgpack.fromJson', () => {
  for (const [json, digits] of FROM_JSON) {
    it(`writes ${json} in its smallest format`, () => {
      assert.deepEqual(msgpack.fromJson(bytes(json)), hex(digits));
      assert.deepEqual(msgpack.fromJson(bytes(` ${json}\n`)), hex(digits));
    });
  }

  it('writes every width of strings, arrays and maps', () => {
    for (const size of [31, 32, 255, 256, 65_535, 65_536]) {
      for (const value of [
        'x'.repeat(size),
        new Array(size).fill(1),
        Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, i])),
      ]) {
        assert.deepEqual(msgpack.fromJson(bytes(JSON.stringify(value))), new Uint8Array(msgpack.encode(value)));
      }
    }
  });

  it("takes float64 for every fraction with float32: 'never'", () => {
    assert.deepEqual(msgpack.fromJson(bytes('[1.5,1]'), { float32: 'never' }), hex('92 cb3ff8000000000000 01'));
  });

  it('fails as json.validate does', () => {
    assert.deepEqual(
      failure(() => msgpack.fromJson(bytes('[1,'))),
      { code: 'LW_JSON_END', offset: 3 },
    );
    assert.deepEqual(
      failure(() => msgpack.fromJson(bytes('[[1]]'), { depthMax: 1 })),
      { code: 'LW_DEPTH', offset: 1 },
    );
    assert.deepEqual(
      failure(() => msgpack.fromJson(bytes('['.repeat(10_000)))),
      { code: 'LW_DEPTH', offset: 1024 },
    );
    assert.deepEqual(
      failure(() => msgpack.fromJson(new Uint8Array(new SharedArrayBuffer(1)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
  });
});

describe('msgpack.toJson', () => {
  for (const [json, digits] of FROM_JSON) {
    it(`says ${json} again`, () => {
      const inverse = text(msgpack.toJson(hex(digits)));
      assert.deepEqual(msgpack.fromJson(bytes(inverse)), hex(digits));
    });
  }
  for (const [digits, json] of TO_JSON) {
    it(`writes ${digits} as ${json}`, () => assert.equal(text(msgpack.toJson(hex(digits))), json));
  }

  it('refuses what JSON cannot hold, at its header', () => {
    for (const digits of [
      'ca7f800000',
      'cbfff0000000000000',
      'ca7fc00000',
      '8101c0',
      'c70cff 00000000 0000003afff44180',
      'c70cff 00000000 ffffff0000000000',
    ]) {
      const offset = digits.startsWith('81') ? 1 : 0;
      assert.deepEqual(
        failure(() => msgpack.toJson(hex(digits))),
        { code: 'LW_MSGPACK_NOT_JSON', offset },
        digits,
      );
    }
    assert.equal(text(msgpack.toJson(hex('82 01 c0 a161 02'), { nonStringKeys: 'stringify' })), '{"1":null,"a":2}');
  });
});

describe('msgpack.validate and decode', () => {
  for (const [digits, code, offset] of INVALID) {
    it(`refuse ${digits || 'nothing'} with ${code} at ${offset}`, () => {
      assert.deepEqual(
        failure(() => msgpack.validate(hex(digits))),
        { code, offset },
      );
      assert.deepEqual(
        failure(() => msgpack.decode(hex(digits))),
        { code, offset },
      );
      assert.deepEqual(
        failure(() => msgpack.toJson(hex(digits))),
        { code, offset },
      );
      assert.equal(msgpack.isValid(hex(digits)), false);
    });
  }

  it('allow depthMax containers, and fail at the header that goes deeper', () => {
    const nest = (depth: number) => Uint8Array.from({ length: depth + 1 }, (_, i) => (i < depth ? 0x91 : 0xc0));
    assert.equal(msgpack.isValid(nest(1024)), true);
    assert.deepEqual(
      failure(() => msgpack.validate(nest(10_000))),
      { code: 'LW_DEPTH', offset: 1024 },
    );
    assert.deepEqual(
      failure(() => msgpack.decode(nest(10_000))),
      { code: 'LW_DEPTH', offset: 1024 },
    );
    assert.equal(msgpack.isValid(nest(10_000), { depthMax: 10_000 }), true);
  });

  it('follow the options', () => {
    assert.equal(msgpack.isValid(hex('a1ff'), { invalidUtf8: 'lossy' }), true);
    assert.deepEqual(
      failure(() => msgpack.validate(hex('82 a161 01 05 01'), { nonStringKeys: 'error' })),
      { code: 'LW_MSGPACK_KEY', offset: 4 },
    );
    assert.deepEqual(
      failure(() => msgpack.decode(hex('82 a161 01 05 01'), { nonStringKeys: 'error' })),
      { code: 'LW_MSGPACK_KEY', offset: 4 },
    );
  });

  it('give back what encode was given', () => {
    const value = {
      nil: null,
      yes: true,
      small: -1,
      wide: 2 ** 40,
      big: 2n ** 63n,
      fraction: 0.1,
      minusZero: -0,
      text: 'é😀',
      list: [1, [2]],
      bytes: Uint8Array.of(1, 2),
      date: new Date(1.5e12),
      exact: new Timestamp(1, 1),
      extension: new ExtensionValue(5, Uint8Array.of(9)),
      map: new Map<unknown, unknown>([
        [1, 'a'],
        ['b', 2],
      ]),
    };
    assert.deepEqual(msgpack.decode(msgpack.encode(value)), value);
    assert.ok(msgpack.isValid(msgpack.encode(value)));
  });
});

describe('msgpack.decodeStream', () => {
  it('gives one value a chunk, however the stream is cut', async () => {
    const values = [null, { a: [1, 'é'] }, new Date(5), 'x'.repeat(100)];
    const whole = Uint8Array.from(values.flatMap((value) => [...msgpack.encode(value)]));
    for (const size of [1, 3, 50, whole.length]) {
      const source = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < whole.length; at += size) controller.enqueue(whole.slice(at, at + size));
          controller.close();
        },
      });
      const read: unknown[] = [];
      for await (const value of source.pipeThrough(msgpack.decodeStream())) read.push(value);
      assert.deepEqual(read, values);
    }
  });
});
