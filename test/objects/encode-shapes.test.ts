import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { Encoder } from '../../ts/objects/encode/encoder.ts';
import { generateWriter } from '../../ts/objects/encode/shape-writer.ts';
import { decode, failure, toHex } from './helpers.ts';
import { naiveEncode } from './naive-encode.ts';

/** Often enough for everything that the Encoder learns of objects that come again. */
const REPEATS = 100;
/** Set in the process that runs these tests where no code is made from strings. */
const { LANEWISE_TEST_NO_CODE } = process.env;

/** Writes the values in turn, again and again, with one Encoder, and compares each message with the naive one. */
function checkAll(values: readonly unknown[], encoder = new Encoder()): void {
  const expected = values.map((value) => Buffer.from(naiveEncode(value)));
  for (let i = 0; i < REPEATS; i++) {
    for (const [j, value] of values.entries()) {
      if (Buffer.compare(encoder.encode(value), expected[j] as Buffer) !== 0) {
        assert.equal(toHex(encoder.encode(value)), expected[j]?.toString('hex'), `in round ${i}`);
      }
    }
  }
}

/** An object with these keys, each with the number of its place. */
function keyed(keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key, i) => [key, i]));
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('shapes that an Encoder has seen', () => {
  it('are told from those with the same keys in another order', () => {
    checkAll([{ a: 1, b: 2, c: 3 }, { a: 1, c: 2, b: 3 }, { c: 1, b: 2, a: 3 }, { b: 1 }, { b: 1, a: 2 }, {}]);
  });

  it('are told from those with fewer or more keys, in one object that changes too', () => {
    const object: Record<string, unknown> = { a: 1, b: 2 };
    const encoder = new Encoder();
    for (let i = 0; i < REPEATS; i++) {
      for (const change of [() => (object.c = 3), () => delete object.a, () => (object.a = [1]), () => delete object.c]) {
        change();
        assert.equal(toHex(encoder.encode(object)), toHex(Uint8Array.from(naiveEncode(object))));
      }
    }
  });

  it('take any values: each of another kind, in the same object', () => {
    const values = [
      1,
      -1,
      0.5,
      'text',
      null,
      true,
      undefined,
      2n ** 60n,
      [1, 'a'],
      { a: 1 },
      new Map([[1, 2]]),
      new Set([1]),
      Uint8Array.of(1),
    ];
    checkAll(values.flatMap((first) => values.map((second) => ({ first, second }))));
  });

  it('may be those of objects without a prototype, of classes and of other prototypes', () => {
    class Point {
      x = 1;
      y = [2];
    }
    const inheriting = Object.create({ x: 5, inherited: 6 }, { x: { value: 1, enumerable: true }, y: { value: [2], enumerable: true } });
    checkAll([{ x: 1, y: [2] }, Object.assign(Object.create(null), { x: 1, y: [2] }), new Point(), inheriting]);
  });

  it('have no inherited keys, whatever Object.prototype has', () => {
    checkAll([{ a: 1, b: 2 }, { a: 1 }]);
    const encoder = new Encoder();
    const expected = [{ a: 1, b: 2 }, { a: 1 }, {}].map((value) => toHex(Uint8Array.from(naiveEncode(value))));
    Object.defineProperty(Object.prototype, 'b', { value: 7, enumerable: true, configurable: true, writable: true });
    try {
      for (let i = 0; i < REPEATS; i++)
        assert.deepEqual(
          [{ a: 1, b: 2 }, { a: 1 }, {}].map((value) => toHex(encoder.encode(value))),
          expected,
        );
    } finally {
      Reflect.deleteProperty(Object.prototype, 'b');
    }
  });

  it('have no hidden keys and no symbols', () => {
    const hidden = Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'hidden', { value: 3, enumerable: false });
    checkAll([{ a: 1 }, hidden]);
  });

  it('see a toJSON that cannot be enumerated, and one that comes to the prototype', () => {
    const encoder = new Encoder();
    const quiet = () => Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'said', enumerable: false });
    for (let i = 0; i < REPEATS; i++) {
      assert.equal(toHex(encoder.encode({ a: 1 })), '81a16101');
      assert.equal(toHex(encoder.encode(quiet())), 'a473616964');
    }
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 5, configurable: true });
    try {
      assert.equal(toHex(encoder.encode({ a: 1 })), '05');
      assert.equal(toHex(encoder.encode([[{ a: 1 }]])), '05');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'toJSON');
    }
    assert.equal(toHex(encoder.encode({ a: 1 })), '81a16101');
  });

  it('take accessors and proxies for what they give', () => {
    const accessor = {
      a: 1,
      get b() {
        return [this.a];
      },
    };
    const asked: PropertyKey[] = [];
    const proxy = new Proxy(
      { a: 1, b: [1] },
      {
        get: (target, name, receiver) => {
          asked.push(name);
          return Reflect.get(target, name, receiver);
        },
      },
    );
    checkAll([{ a: 1, b: [1] }, accessor, proxy, [new Proxy([1, 'x'], {})]]);
    asked.length = 0;
    new Encoder().encode(proxy);
    assert.deepEqual(asked, ['toJSON', 'a', 'b']);
  });

  it('count what was there at the start, whatever a getter makes of the object', () => {
    const make = () => {
      const object: Record<string, unknown> = {
        get a() {
          delete object.b;
          object.c = 1;
          return 0;
        },
        b: 1,
      };
      return object;
    };
    const encoder = new Encoder();
    for (let i = 0; i < REPEATS; i++) {
      assert.equal(toHex(encoder.encode({ a: 0, b: 1 })), '82a16100a16201');
      assert.equal(toHex(encoder.encode(make())), '82a16100a162c0');
    }
  });

  it('have keys of every length, up to where a key is not remembered and beyond', () => {
    const texts = ['x', 'é', '€', '😀', '\ud800'].flatMap((unit) => Array.from({ length: 90 }, (_, i) => unit.repeat(i)));
    const keys = [...texts, 'x'.repeat(255), 'x'.repeat(256), 'é'.repeat(40_000), '__proto__', 'constructor', 'toString', 'a\u0000b'];
    checkAll([...keys.map((key) => ({ [key]: key, z: 1 })), ...keys.slice(0, 90).map((key) => ({ a: 1, [key]: key }))]);
  });

  it('have keys like indices, which stand in the order of numbers', () => {
    checkAll([{ b: 1, 10: 2, 9: 3 }, { 9: 1, 10: 2, b: 3 }, { '01': 1, '4294967295': 2, '-1': 3, '1.5': 4 }, { 5: { 6: { a: 1 } } }]);
  });

  it('have any number of keys', () => {
    const names = Array.from({ length: 65_537 }, (_, i) => `k${i}`);
    checkAll([14, 15, 16, 17, 63, 64, 65, 66, 300].map((count) => keyed(names.slice(0, count))));
    const encoder = new Encoder();
    for (const count of [65_535, 65_536, 65_537]) {
      const object = keyed(names.slice(0, count));
      assert.deepEqual(decode(encoder.encode(object)), object);
    }
  });

  it('leave out the properties that an array has beside its elements', () => {
    checkAll([[1, 2], Object.assign([1, 2], { extra: 3, '-1': 4 }), Object.assign(['a'], { extra: 3 })]);
  });

  it('may be more than are remembered', () => {
    const encoder = new Encoder();
    for (let i = 0; i < 60_000; i++) {
      const object = i % 3 === 0 ? { a: 1, b: 'x' } : { [`k${i}`]: i, [`l${i % 977}`]: 0.5 };
      const bytes = encoder.encode(object);
      if (i % 100 < 3) assert.deepEqual(decode(bytes), object);
    }
  });

  it('cost no more memory and no more time each, however many they are', () => {
    const encoder = new Encoder();
    const run = (from: number, count: number) => {
      const start = process.cpuUsage();
      for (let i = from; i < from + count; i++) encoder.encodeView({ [`name${i}`]: { [`other${i}`]: 1, common: 2 }, [`third${i}`]: 3 });
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    run(0, 20_000);
    collect();
    const heap = process.memoryUsage().heapUsed;
    const times = Array.from({ length: 6 }, (_, i) => run(20_000 * (i + 1), 20_000));
    collect();
    const grown = process.memoryUsage().heapUsed - heap;
    assert.ok(grown < 32 * 2 ** 20, `the heap grew by ${grown} bytes`);
    assert.ok(Math.min(...times.slice(3)) < 4 * Math.min(...times.slice(0, 3)) + 20_000, `${times}`);
  });

  it('give the bytes of the naive writer for random objects, many of them alike', () => {
    const key = fc.constantFrom(
      'a',
      'b',
      'c',
      'name',
      'a longer name than most',
      'ключ',
      '0',
      '7',
      '',
      'x'.repeat(31),
      'x'.repeat(62),
      'x'.repeat(63),
    );
    const scalar = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.double(),
      fc.maxSafeInteger(),
      fc.integer({ min: -200, max: 300 }),
      fc.constantFrom(null, true, -0, undefined),
    );
    const { object } = fc.letrec((tie) => ({
      object: fc
        .array(fc.tuple(key, fc.oneof({ maxDepth: 3 }, scalar, fc.array(scalar, { maxLength: 4 }), tie('object'))), { maxLength: 6 })
        .map((entries) => Object.fromEntries(entries)),
    }));
    const exact = new Encoder();
    const never = new Encoder({ float32: 'never' });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 8 }), (values) => {
        for (let i = 0; i < 2; i++) {
          assert.equal(toHex(exact.encode(values)), toHex(Uint8Array.from(naiveEncode(values))));
          assert.equal(toHex(never.encode(values)), toHex(Uint8Array.from(naiveEncode(values, 'never'))));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('an Encoder that is used while it writes', () => {
  const text = 'é'.repeat(100);

  it('writes both values, from a getter, a toJSON, a Proxy or an extension, however deep', () => {
    const encoder = new Encoder({
      extensions: [
        { type: 1, match: (value) => value instanceof RegExp, encode: (value) => encoder.encode([String(value)]), decode: () => 0 },
      ],
    });
    const inner = { list: [1, 'a'], text };
    const innerBytes = Uint8Array.from(naiveEncode(inner));
    const sources = [
      () => ({
        get a() {
          return encoder.encode(inner);
        },
        b: 1,
      }),
      () => ({ a: { toJSON: () => encoder.encodeView(inner).slice() }, b: 1 }),
      () => new Proxy({ a: innerBytes, b: 1 }, { ownKeys: (target) => (encoder.encode(inner).length > 0 ? Reflect.ownKeys(target) : []) }),
      () => ({
        get a() {
          return encoder.encode({
            get deep() {
              return encoder.encode(inner);
            },
          });
        },
        b: 1,
      }),
    ];
    const wrapped = Uint8Array.from(naiveEncode({ deep: innerBytes }));
    for (let i = 0; i < 50; i++) {
      for (const [j, source] of sources.entries()) {
        const expected = naiveEncode([{ a: j === 3 ? wrapped : innerBytes, b: 1 }, text]);
        assert.equal(toHex(encoder.encode([source(), text])), toHex(Uint8Array.from(expected)));
        assert.equal(toHex(encoder.encodeView([source(), text])), toHex(Uint8Array.from(expected)));
      }
      assert.equal(toHex(encoder.encode([/x/])), '91c7050191a32f782f');
    }
  });

  it('is as before when what it called has thrown', () => {
    const encoder = new Encoder();
    const bad = {
      a: [1, 2, text],
      get b(): never {
        encoder.encode({ a: 1 });
        throw new RangeError('mine');
      },
    };
    for (let i = 0; i < REPEATS; i++) {
      assert.throws(() => encoder.encode({ a: 1, bad }), RangeError);
      assert.throws(() => encoder.encodeView(['x'.repeat(100_000), bad]), RangeError);
      assert.equal(toHex(encoder.encode({ a: 1, b: 2 })), '82a16101a16202');
    }
  });

  it('names the place of an error, in every kind of container and below those that the loop writes', () => {
    const hold = (value: unknown, depth: number): unknown => (depth === 0 ? value : { [`k${depth}`]: [hold(value, depth - 1)] });
    const messageOf = (value: unknown) => {
      try {
        new Encoder().encode(value);
      } catch (error) {
        return (error as Error).message.split(' at ')[1];
      }
      return assert.fail('nothing was thrown');
    };
    assert.equal(messageOf(Symbol('s')), 'the top');
    assert.equal(messageOf(hold(Symbol('s'), 2)), '/k2/0/k1/0');
    assert.equal(messageOf(new Map([[1, [new Set([0, { a: Symbol('s') }])]]])), '/1/0/1/a');
    assert.equal(messageOf(hold(new Map([['m', { 5: Symbol('s') }]]), 1)), '/k1/0/m/5');
    for (const depth of [31, 32, 33, 34, 40]) {
      assert.equal(messageOf(hold(new Map([['m', { 5: Symbol('s') }]]), depth)), `…${'/k7/0/k6/0/k5/0/k4/0/k3/0/k2/0/k1/0'}/m/5`);
    }
  });

  it('asks toJSON with the key at every depth', () => {
    const keys: unknown[] = [];
    const asked = { toJSON: (key: unknown) => void keys.push(key) };
    let value: unknown = { a: asked, b: [0, asked], c: new Map([['d', asked]]) };
    for (let i = 0; i < 70; i++) {
      new Encoder().encode(value);
      assert.deepEqual(keys.splice(0), ['a', '1', 'd']);
      value = i % 2 === 0 ? [value] : { value };
    }
  });

  it('refuses cycles in every mix of containers', () => {
    const list: unknown[] = [];
    const map = new Map<unknown, unknown>([['list', list]]);
    list.push({ map, set: new Set([map]) });
    for (const value of [list, map])
      assert.deepEqual(
        failure(() => new Encoder().encode(value)),
        { code: 'LW_DEPTH', offset: -1 },
      );
    const wide: Record<string, unknown> = {};
    wide.a = wide;
    wide.b = wide;
    assert.deepEqual(
      failure(() => new Encoder().encode(wide)),
      { code: 'LW_DEPTH', offset: -1 },
    );
  });
});

describe('what an Encoder gives', () => {
  it('stays as it is, however many messages of whatever size come after', () => {
    const encoder = new Encoder();
    const sizes = [0, 1, 7, 60, 500, 1900, 2040, 2050, 4000, 15_000, 17_000, 70_000, 3];
    const results = Array.from({ length: 600 }, (_, i) => {
      const value = { i, data: new Uint8Array(sizes[i % sizes.length] as number).fill(i) };
      return { value, bytes: encoder.encode(value), view: toHex(encoder.encodeView([i])) };
    });
    for (const { value, bytes } of results) assert.deepEqual(decode(bytes), value);
  });

  it('has memory of its own when it is large, a little more than it needs at most', () => {
    const encoder = new Encoder();
    for (const size of [3000, 100_000, 2_000_000, 2_100_000, 20_000_000, 5000]) {
      const bytes = encoder.encode(new Uint8Array(size));
      assert.equal(bytes.byteOffset, 0);
      assert.ok(bytes.buffer.byteLength <= bytes.length * 1.125 + 8);
    }
  });

  it('is not lost when the memory of another message goes to another thread', () => {
    const encoder = new Encoder();
    const first = encoder.encode('first');
    const second = encoder.encode('second');
    try {
      structuredClone(second.buffer, { transfer: [second.buffer as ArrayBuffer] });
    } catch {
      // Newer hosts say that it cannot be transferred, older ones copy it.
    }
    assert.equal(decode(first), 'first');
    assert.equal(decode(encoder.encode('third')), 'third');
  });

  it('may be taken away as the memory of a view, and then there is other memory', () => {
    const encoder = new Encoder();
    for (const next of [(value: unknown) => encoder.encodeView(value), (value: unknown) => encoder.encode(value)]) {
      const view = encoder.encodeView('abc');
      structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
      assert.equal(decode(next('x'.repeat(5000))), 'x'.repeat(5000));
      assert.deepEqual(decode(next([1])), [1]);
    }
  });

  it('is never wrong when that happens while it is written', () => {
    const encoder = new Encoder();
    const value = {
      get a() {
        structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
        return 1;
      },
      b: 'x'.repeat(100),
    };
    let view = encoder.encodeView('abc');
    assert.throws(() => encoder.encodeView(value), TypeError);
    view = encoder.encodeView('abc');
    const { a } = Object.getOwnPropertyDescriptors(value);
    assert.throws(() => encoder.encodeView([Object.defineProperties({}, { a })]), /the memory of the message was transferred/);
    view = encoder.encodeView('abc');
    assert.deepEqual(decode(encoder.encode(value)), { a: 1, b: 'x'.repeat(100) });
  });
});

it('all of this holds where the policy forbids code from strings', {
  skip: LANEWISE_TEST_NO_CODE === '1' && 'this is that process',
}, () => {
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  const env = { ...rest, LANEWISE_TEST_NO_CODE: '1' };
  const args = ['--disallow-code-generation-from-strings', fileURLToPath(import.meta.url)];
  const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

it('says whether code can be made from strings', () => {
  const key = { name: 'a', size: 2, words: Int32Array.of(0x61a1), first: 0x61a1, second: 0, third: 0 };
  assert.equal(typeof generateWriter([key]), LANEWISE_TEST_NO_CODE === '1' ? 'undefined' : 'function');
});
