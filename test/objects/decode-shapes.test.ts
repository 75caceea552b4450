import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { canGenerate } from '../../ts/objects/decode/shapes.ts';
import type { Extension } from '../../ts/objects/extension.ts';
import type { MsgpackOptions } from '../../ts/objects/options.ts';
import { encode, failure, hex, join, nest, toHex } from './helpers.ts';

/** Often enough for any map to become a known shape. */
const TIMES = 12;

type Internal = new (options: MsgpackOptions | undefined, generates: boolean) => Decoder;
const KINDS: [kind: string, make: (options?: MsgpackOptions) => Decoder][] = [
  ['generated', (options) => new (Decoder as Internal)(options, true)],
  ['interpreted', (options) => new (Decoder as Internal)(options, false)],
];

/** Reads each of them in turn, again and again, by one Decoder. */
function readInTurn(decoder: Decoder, values: unknown[]): void {
  const messages = values.map((value) => encode(value));
  for (let i = 0; i < TIMES; i++) {
    for (const [at, message] of messages.entries()) {
      const read = decoder.decode(message);
      assert.deepStrictEqual(read, values[at]);
      if (typeof read === 'object' && read !== null) assert.deepEqual(Object.keys(read), Object.keys(values[at] as object));
    }
  }
}

for (const [kind, make] of KINDS) {
  describe(`a ${kind} shape`, () => {
    it('is not taken for one with other names, another order, fewer or more members', () => {
      readInTurn(make(), [
        { alpha: 1, beta: 2, gamma: 3 },
        { alpha: 1, gamma: 2, beta: 3 },
        { alpha: 1, beta: 2 },
        { alpha: 1, beta: 2, gamma: 3, delta: 4 },
        { alpha: 1, beta: 2, gamme: 3 },
        { alphb: 1, beta: 2, gamma: 3 },
        { alphabet: 1, beta: 2, gamma: 3 },
        { alp: 1, beta: 2, gamma: 3 },
      ]);
    });

    it('is told from many that begin with the same name', () => {
      readInTurn(
        make(),
        Array.from({ length: 20 }, (_, i) => ({ type: i, [`a${i % 3}`]: 'x', [`b${i}`]: [i], end: null })),
      );
    });

    it('has names of every length, with every kind of character', () => {
      const names = Array.from({ length: 40 }, (_, i) => 'n'.repeat(i));
      readInTurn(
        make(),
        names.map((name, i) => ({ [name]: i, [`${name}é`]: 'x', [`"\\\u2028\n${i}`]: true })),
      );
    });

    it('keeps names that look like numbers, or that objects inherit, as JSON.parse does', () => {
      readInTurn(make(), [
        { a: 1, 10: 2, 9: 3 },
        { a: 1, constructor: 2, toString: 3 },
        JSON.parse('{"a":1,"__proto__":{"b":2}}'),
        JSON.parse('{"__proto__":1,"b":2}'),
        { 70: 1, 65: 2, 100000: 3, a: 4, '01': 5 },
        { 4000: 1 },
        { 100000: 1, 99999: 2 },
        { 123456789: 1, 1234567890: 2, 4294967295: 3, 0: 4 },
      ]);
    });

    it('meets no setter of Object.prototype', () => {
      const decoder = make();
      let calls = 0;
      Object.defineProperty(Object.prototype, 'trapped', { set: () => calls++, get: () => calls++, configurable: true });
      try {
        const message = hex('82 a161 01 a7 74726170706564 02');
        for (let i = 0; i < TIMES; i++) {
          const read = decoder.decode(message) as object;
          assert.deepEqual(Object.getOwnPropertyDescriptor(read, 'trapped')?.value, 2);
        }
        assert.equal(calls, 0);
      } finally {
        Reflect.deleteProperty(Object.prototype, 'trapped');
      }
    });

    it('is not made of a map with duplicate keys, the last of which counts', () => {
      const decoder = make();
      for (let i = 0; i < TIMES; i++) {
        assert.deepStrictEqual(decoder.decode(hex('83 a161 01 a162 02 a161 03')), { a: 3, b: 2 });
        assert.deepStrictEqual(decoder.decode(hex('83 a161 01 a162 02 a163 03')), { a: 1, b: 2, c: 3 });
      }
    });

    it('goes on as a Map where a key is no string, with the order of what came before', () => {
      const decoder = make();
      for (let i = 0; i < TIMES; i++) {
        assert.deepStrictEqual(decoder.decode(hex('83 a162 01 a161 02 a163 03')), { b: 1, a: 2, c: 3 });
        assert.deepStrictEqual(
          [...(decoder.decode(hex('83 a162 01 a161 02 05 03')) as Map<unknown, unknown>)],
          [
            ['b', 1],
            ['a', 2],
            [5, 3],
          ],
        );
        assert.deepStrictEqual([...(decoder.decode(hex('83 a27a39 01 a139 02 05 03')) as Map<unknown, unknown>).keys()], ['z9', '9', 5]);
        assert.deepStrictEqual(
          [...(decoder.decode(hex('84 a23939 01 a139 02 a161 03 c0 04')) as Map<unknown, unknown>).keys()],
          ['99', '9', 'a', null],
        );
      }
    });

    it('fails where a map without a shape would', () => {
      const decoder = make({ nonStringKeys: 'error' });
      const whole = encode({ alpha: 1, beta: 'two', gamma: { delta: [3] } });
      for (let i = 0; i < TIMES; i++) decoder.decode(whole);
      for (let end = 0; end < whole.length; end++) {
        assert.deepEqual(
          failure(() => decoder.decode(whole.subarray(0, end))),
          { code: 'LW_MSGPACK_END', offset: end },
        );
      }
      assert.deepEqual(
        failure(() => decoder.decode(hex(toHex(whole).replace('a462657461', 'c162657461')))),
        { code: 'LW_MSGPACK_RESERVED', offset: 8 },
      );
      assert.deepEqual(
        failure(() => decoder.decode(hex(toHex(whole).replace('a462657461', '0562657461')))),
        { code: 'LW_MSGPACK_KEY', offset: 8 },
      );
      assert.deepEqual(
        failure(() => decoder.decode(hex(toHex(whole).replace('a462657461', 'a4626574ff')))),
        { code: 'LW_UTF8', offset: 12 },
      );
    });

    it('may be read by the same Decoder within an extension, and be learnt there', () => {
      const decoder = make({
        extensions: [{ type: 5, match: () => false, encode: () => new Uint8Array(), decode: (bytes) => decoder.decode(bytes) }],
      });
      const wrap = (payload: Uint8Array) => join([0xc7, payload.length, 5], payload);
      const inner = join([0x82, 0xa1, 0x61], [1], [0xa1, 0x62], hex('c403010203'));
      const middle = join([0x82, 0xa1, 0x61], wrap(inner), [0xa1, 0x62], wrap(inner));
      const outer = join([0x82, 0xa1, 0x61], wrap(middle), [0xa1, 0x62], wrap(join([0x81, 0xa1, 0x63], wrap(inner))));
      const leaf = { a: 1, b: Uint8Array.of(1, 2, 3) };
      for (let i = 0; i < TIMES; i++) assert.deepStrictEqual(decoder.decode(outer), { a: { a: leaf, b: leaf }, b: { c: leaf } });
    });

    it('takes linear time, and little code, when every map is another', () => {
      const decoder = make();
      const started = performance.now();
      for (let i = 0; i < 40; i++) {
        const maps = Array.from({ length: 1000 }, (_, k) => ({ key: i, [`name${i * 1000 + k}`]: k, [`other${k}`]: null }));
        assert.deepStrictEqual(decoder.decode(encode(maps)), maps);
      }
      assert.ok(performance.now() - started < 20_000);
    });

    it('reads what any value encodes to, as often as it comes', () => {
      const decoder = make();
      const fresh = (bytes: Uint8Array) => new (Decoder as Internal)(undefined, false).decode(bytes);
      const names = fc.constantFrom('a', 'b', 'ab', 'abc', 'abcd', 'abcde', 'x'.repeat(31), 'x'.repeat(32), 'é', '7', '77', '__proto__');
      const maps = fc.letrec((tie) => ({
        map: fc
          .array(fc.tuple(names, fc.oneof({ maxDepth: 3 }, fc.constantFrom<unknown>(1, 'text', 0.5, null, 'ü'), tie('map'))), {
            maxLength: 4,
          })
          .map((entries) => Object.fromEntries(entries as [string, unknown][])),
      })).map;
      fc.assert(
        fc.property(maps, (value) => {
          const bytes = encode(value);
          const read = decoder.decode(bytes);
          assert.deepStrictEqual(read, value);
          assert.equal(JSON.stringify(read), JSON.stringify(fresh(bytes)));
        }),
        { numRuns: 2000 },
      );
    });
  });
}

describe('a host that forbids generated code', () => {
  it('gets the same values', { skip: process.env.LANEWISE_NO_CODE === '1' }, () => {
    assert.ok(canGenerate);
    const child = [process.execPath, ['--disallow-code-generation-from-strings', fileURLToPath(import.meta.url)]] as const;
    execFileSync(child[0], child[1], { env: { ...process.env, LANEWISE_NO_CODE: '1', NODE_TEST_CONTEXT: '' }, timeout: 60_000 });
  });

  it('is told by one test', { skip: process.env.LANEWISE_NO_CODE !== '1' }, () => {
    assert.equal(canGenerate, false);
  });
});

describe('the stack', () => {
  /** Calls `call` from so deep that little of the stack is left. */
  function callDeep(call: () => unknown, spare: number): unknown {
    const down = (): { room: number; result?: unknown } => {
      let found: { room: number; result?: unknown };
      try {
        found = down();
      } catch {
        return { room: 0 };
      }
      if (found.room < spare) return { room: found.room + 1 };
      return 'result' in found ? found : { room: found.room, result: call() };
    };
    return down().result;
  }

  it('may be almost used up where decode is called', () => {
    const decoder = new Decoder();
    const deep = { list: nest(60), map: { a: { b: { c: nest(40) } } }, text: 'x'.repeat(30) };
    const bytes = encode(deep);
    for (let i = 0; i < TIMES; i++) decoder.decode(bytes);
    for (const spare of [40, 60, 80, 120, 200, 400]) {
      let read: unknown;
      try {
        read = callDeep(() => decoder.decode(bytes), spare);
      } catch (error) {
        assert.fail(`with ${spare} frames left: ${String(error)}`);
      }
      assert.deepStrictEqual(read, deep);
    }
  });

  it('does not hide what an extension throws', () => {
    const extension: Extension = {
      type: 1,
      match: () => false,
      encode: () => new Uint8Array(),
      decode: () => {
        throw new RangeError('mine');
      },
    };
    assert.throws(() => new Decoder({ extensions: [extension] }).decode(hex('91d40100')), { name: 'RangeError', message: 'mine' });
  });
});

describe('the place of a shape', () => {
  it('does not depend on the value behind a short first key', () => {
    for (const name of ['', 'a', 'id', 'key', 'name']) {
      const messages = Array.from({ length: 200 }, (_, i) => encode({ [name]: i % 7 === 0 ? `${i}` : i * i, other: null }));
      const { Function: original } = globalThis;
      let generated = 0;
      globalThis.Function = new Proxy(original, {
        construct(target, args) {
          generated++;
          return Reflect.construct(target, args);
        },
      });
      try {
        const decoder = new Decoder();
        for (const message of messages) decoder.decode(message);
      } finally {
        globalThis.Function = original;
      }
      assert.equal(generated, canGenerate ? 1 : 0, name);
    }
  });
});
