import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import vm from 'node:vm';
import type { LanewiseError } from '../../ts/error.ts';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { Encoder } from '../../ts/objects/encode/encoder.ts';
import { type Extension, ExtensionValue } from '../../ts/objects/extension.ts';
import { Timestamp } from '../../ts/objects/timestamp.ts';
import { decode, encode, failure, hex, nest, toHex } from './helpers.ts';

const nowhere = (code: string) => ({ code, offset: -1 });

describe('encode', () => {
  it('writes undefined and holes as nil', () => {
    assert.equal(toHex(encode(undefined)), 'c0');
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    assert.equal(toHex(encode([undefined, , 1])), '93c0c001');
    assert.equal(toHex(encode({ a: undefined })), '81a161c0');
    assert.equal(toHex(encode(new Map([[undefined, undefined]]))), '81c0c0');
  });

  it('writes BigInts in the smallest integer format', () => {
    for (const [value, digits] of [
      [0n, '00'],
      [127n, '7f'],
      [128n, 'cc80'],
      [2n ** 32n, 'cf0000000100000000'],
      [-1n, 'ff'],
      [-33n, 'd0df'],
      [2n ** 53n - 1n, 'cf001fffffffffffff'],
      [-(2n ** 53n) + 1n, 'd3ffe0000000000001'],
    ] as const) {
      assert.equal(toHex(encode(value)), digits);
    }
    for (const value of [2n ** 64n, -(2n ** 63n) - 1n, 10n ** 400n])
      assert.deepEqual(
        failure(() => encode([value])),
        nowhere('LW_MSGPACK_RANGE'),
      );
  });

  it('writes a lone surrogate as U+FFFD, in short strings and long ones', () => {
    for (const pad of ['', 'x'.repeat(100), 'é'.repeat(3000)]) {
      for (const text of ['\ud800', '\udc00', 'a\ud83d', '\ude00\ud83d', '\ud83d\ud83d\ude00']) {
        assert.deepEqual(encode(text + pad).slice(-1 - pad.length), new TextEncoder().encode(text + pad).slice(-1 - pad.length));
        assert.equal(decode(encode(text + pad)), new TextDecoder().decode(new TextEncoder().encode(text + pad)));
        assert.equal(decode(encode(pad + text)), new TextDecoder().decode(new TextEncoder().encode(pad + text)));
      }
    }
  });

  it('writes own enumerable properties with string keys, and no others', () => {
    class Point {
      x = 1;
      #hidden = 2;
      get sum(): number {
        return this.x + this.#hidden;
      }
    }
    assert.equal(toHex(encode(new Point())), '81a17801');
    assert.equal(
      toHex(encode(Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true }, not: { value: 2 } }))),
      '81a36f776e01',
    );
    assert.equal(toHex(encode({ [Symbol('s')]: 1, a: 2 })), '81a16102');
    assert.equal(toHex(encode(Object.assign(Object.create(null), { a: 1 }))), '81a16101');
    assert.equal(
      toHex(
        encode({
          get a() {
            return 5;
          },
        }),
      ),
      '81a16105',
    );
    assert.equal(toHex(encode(JSON.parse('{"__proto__":1,"constructor":2}'))), '82a95f5f70726f746f5f5f01ab636f6e7374727563746f7202');
    assert.equal(toHex(encode(new Error('message'))), '80');
  });

  it('writes Set as array and Map as map', () => {
    assert.equal(toHex(encode(new Set([1, 'a', null]))), '9301a161c0');
    assert.equal(
      toHex(
        encode(
          new Map<unknown, unknown>([
            [1, new Set()],
            [new Map(), new Set([[]])],
          ]),
        ),
      ),
      '820190809190',
    );
    class Tagged extends Map<unknown, unknown> {
      override get [Symbol.toStringTag](): string {
        return 'Tagged';
      }
    }
    assert.equal(toHex(encode(new Tagged([[1, 2]]))), '810102');
  });

  it('writes the bytes of every view and buffer', () => {
    const { buffer } = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    for (const view of [
      new Uint8Array(buffer, 2, 4),
      new Int8Array(buffer, 2, 4),
      new Uint16Array(buffer, 2, 2),
      new DataView(buffer, 2, 4),
      Buffer.from(buffer, 2, 4),
      new Uint8ClampedArray(buffer, 2, 4),
    ]) {
      assert.equal(toHex(encode(view)), 'c40403040506');
    }
    assert.equal(toHex(encode(buffer)), 'c4080102030405060708');
    assert.equal(toHex(encode(new Float64Array([1]))), `c408${toHex(new Uint8Array(new Float64Array([1]).buffer))}`);
  });

  it('writes primitives in boxes as JSON.stringify does', () => {
    assert.equal(toHex(encode([new Number(5), new String('a'), new Boolean(true), Object(3n)])), '9405a161c303');
    const own = Object.assign(new Number(5), { valueOf: () => own });
    assert.equal(toHex(encode(own)), '05');
  });

  it('knows the classes of other realms', () => {
    const foreign = vm.runInNewContext(
      '({ map: new Map([[1, 2]]), set: new Set([1]), date: new Date(1000), bytes: new Uint8Array([7]), buffer: new Uint8Array([7]).buffer, list: [1], object: { a: 1 } })',
    );
    assert.equal(toHex(encode(foreign.map)), '810102');
    assert.equal(toHex(encode(foreign.set)), '9101');
    assert.equal(toHex(encode(foreign.date)), 'd6ff00000001');
    assert.equal(toHex(encode(foreign.bytes)), 'c40107');
    assert.equal(toHex(encode(foreign.buffer)), 'c40107');
    assert.equal(toHex(encode(foreign.list)), '9101');
    assert.equal(toHex(encode(foreign.object)), '81a16101');
    assert.equal(decode(foreign.bytes), 7);
  });

  it('is not deceived by what only looks like a class of the language', () => {
    for (const tag of ['Map', 'Set', 'Date', 'ArrayBuffer', 'SharedArrayBuffer', 'Number', 'String', 'Uint8Array']) {
      class Fake {
        a = 1;
        get [Symbol.toStringTag](): string {
          return tag;
        }
      }
      assert.equal(toHex(encode(new Fake())), '81a16101', tag);
    }
    assert.equal(toHex(encode(Object.create(Map.prototype))), '80');
    assert.equal(toHex(encode(Object.create(Date.prototype, { toJSON: { value: undefined } }))), '80');
    assert.throws(() => decode({ [Symbol.toStringTag]: 'Uint8Array', length: 1, 0: 5 } as never), TypeError);
  });

  it('asks toJSON with the key, as JSON.stringify does', () => {
    const keys: unknown[] = [];
    const asked = { toJSON: (key: unknown) => void keys.push(key) };
    encode(asked);
    encode({ name: asked, 7: asked, list: [0, asked] });
    JSON.stringify(asked);
    JSON.stringify({ name: asked, 7: asked, list: [0, asked] });
    assert.deepEqual(keys.slice(0, 4), keys.slice(4));
    keys.length = 0;
    encode(
      new Map<unknown, unknown>([
        ['a', asked],
        [5, asked],
        [asked, 0],
      ]),
    );
    encode(new Set([1, asked]));
    assert.deepEqual(keys, ['a', '5', '', '1']);
  });

  it('takes what toJSON gives as the value, and does not ask that again', () => {
    const given = (value: unknown) => toHex(encode({ toJSON: () => value }));
    assert.equal(given(undefined), 'c0');
    assert.equal(given('a'), 'a161');
    assert.equal(given(5), '05');
    assert.equal(given(5n), '05');
    assert.equal(given(true), 'c3');
    assert.equal(given(null), 'c0');
    assert.equal(given([1]), '9101');
    assert.equal(given(new Date(0)), 'd6ff00000000');
    assert.equal(given({ b: 1, toJSON: 5 }), '82a16201a6746f4a534f4e05');
    assert.equal(given({ toJSON: undefined, a: { toJSON: () => 1 } }), '82a6746f4a534f4ec0a16101');
    assert.deepEqual(
      failure(() => given({ toJSON: () => 1 })),
      nowhere('LW_MSGPACK_TYPE'),
    );
    assert.equal(toHex(encode(Object.assign([1], { toJSON: () => 'list' }))), toHex(encode('list')));
  });

  it('does not ask toJSON of what has a format of its own', () => {
    const toJSON = () => assert.fail('asked');
    for (const value of [
      new Date(0),
      Uint8Array.of(1),
      Buffer.of(1),
      new ArrayBuffer(1),
      new Timestamp(1),
      new ExtensionValue(1, new Uint8Array()),
    ]) {
      const before = toHex(encode(value));
      assert.equal(toHex(encode(Object.assign(value, { toJSON }))), before);
    }
  });

  it('refuses what MessagePack cannot hold, and says where it stands', () => {
    for (const value of [() => 1, Symbol('s'), new Date(Number.NaN), class {}]) {
      assert.deepEqual(
        failure(() => encode(value)),
        nowhere('LW_MSGPACK_TYPE'),
      );
      assert.throws(
        () => encode({ list: [0, new Map([['k', value]])] }),
        (error: LanewiseError) => error.code === 'LW_MSGPACK_TYPE' && error.message.endsWith('at /list/1/k'),
      );
    }
    assert.throws(() => encode(Symbol('s')), /a symbol at the top/);
    assert.throws(() => encode({ big: 2n ** 64n }), /a BigInt at \/big/);
    assert.deepEqual(
      failure(() => encode(new ExtensionValue(-1, new Uint8Array(5)))),
      nowhere('LW_MSGPACK_TIMESTAMP'),
    );
    assert.deepEqual(
      failure(() => encode(new ExtensionValue(-1, new Uint8Array(8).fill(255)))),
      nowhere('LW_MSGPACK_TIMESTAMP'),
    );
    assert.equal(toHex(encode(new ExtensionValue(-1, new Uint8Array(4)))), 'd6ff00000000');
  });

  it('refuses shared memory wherever it is', () => {
    const shared = new SharedArrayBuffer(4);
    const extension: Extension = { type: 1, match: (value) => value === undefined, encode: () => new Uint8Array(shared), decode: () => 0 };
    for (const value of [
      shared,
      new Uint8Array(shared),
      [new DataView(shared)],
      new ExtensionValue(1, new Uint8Array(shared)),
      new Map([[undefined, 1]]),
    ]) {
      assert.deepEqual(
        failure(() => encode(value, { extensions: [extension] })),
        nowhere('LW_SHARED_INPUT'),
      );
    }
  });

  it('allows depthMax containers and refuses one more', () => {
    for (const depthMax of [0, 1, 2, 1024]) {
      const holders: ((value: unknown) => unknown)[] = [
        (value) => [value],
        (value) => ({ value }),
        (value) => new Map([[1, value]]),
        (value) => new Map([[value, 1]]),
        (value) => new Set([value]),
      ];
      for (const hold of holders) {
        let value: unknown = 5;
        for (let i = 0; i < depthMax; i++) value = hold(value);
        assert.ok(encode(value, { depthMax }).length > depthMax);
        assert.deepEqual(
          failure(() => encode(hold(value), { depthMax })),
          nowhere('LW_DEPTH'),
        );
      }
      assert.deepEqual(
        failure(() => encode(nest(depthMax + 1), { depthMax })),
        nowhere('LW_DEPTH'),
      );
    }
  });

  it('ends on a value that contains itself', () => {
    const list: unknown[] = [1];
    list.push({ list });
    const map = new Map();
    map.set('map', map);
    for (const value of [list, map]) assert.throws(() => encode(value), /LanewiseError: nested deeper .* contains itself/);
  });

  it('writes as many values as it announced while a getter changes the value', () => {
    const list: unknown[] = [];
    list.push(
      {
        get grow() {
          list.push(1, 2, 3);
          return 0;
        },
      },
      1,
    );
    assert.equal(toHex(encode(list)), '9281a467726f770001');
    const shrinking: unknown[] = [
      {
        toJSON: () => {
          shrinking.length = 1;
          return 0;
        },
      },
      1,
      2,
    ];
    assert.equal(toHex(encode(shrinking)), '9300c0c0');
    const object: Record<string, unknown> = {
      get a() {
        delete object.b;
        object.c = 1;
        return 0;
      },
      b: 1,
    };
    assert.equal(toHex(encode(object)), '82a16100a162c0');
    const map: Map<unknown, unknown> = new Map<unknown, unknown>([
      [
        1,
        {
          toJSON: () => {
            map.clear();
            map.set(9, 9);
            return 0;
          },
        },
      ],
      [2, 3],
    ]);
    assert.equal(toHex(encode(map)), '8201000203');
    const set: Set<unknown> = new Set([
      {
        toJSON: () => {
          set.clear();
          return 0;
        },
      },
      1,
    ]);
    assert.equal(toHex(encode(set)), '920001');
  });

  it('gives the same bytes each time, and memory of their own', () => {
    const encoder = new Encoder();
    const value = { list: [1, 'a', 0.1], text: 'é'.repeat(2000) };
    const first = encoder.encode(value);
    const kept = first.slice();
    assert.deepEqual(encoder.encode(value), kept);
    encoder.encode(new Uint8Array(4000));
    assert.deepEqual(first, kept);
    assert.equal(first.byteLength, first.buffer.byteLength);
  });

  it('gives a view that the next call overwrites, on request', () => {
    const encoder = new Encoder();
    const view = encoder.encodeView('abc');
    assert.equal(toHex(view), 'a3616263');
    encoder.encodeView('xyz');
    assert.equal(toHex(view), 'a378797a');
  });

  it('grows for large values and is as before afterwards', () => {
    const encoder = new Encoder();
    for (const size of [1, 2040, 2048, 5000, 3_000_000, 10]) {
      const bytes = new Uint8Array(size).fill(7);
      assert.deepEqual(decode(encoder.encode(bytes)), bytes);
      assert.deepEqual(decode(encoder.encodeView('é'.repeat(size))), 'é'.repeat(size));
    }
  });

  it('writes on after an error in the middle', () => {
    const encoder = new Encoder();
    failure(() => encoder.encode([1, 2, Symbol('s')]));
    assert.throws(
      () =>
        encoder.encode({
          get a() {
            throw new RangeError('mine');
          },
        }),
      RangeError,
    );
    assert.equal(toHex(encoder.encode([1])), '9101');
  });
});

describe('nesting that depthMax allows', () => {
  for (const [what, depthMax, open, close] of [
    ['arrays, a million', 1_000_000, [0x91], []],
    ['objects, a hundred thousand', 100_000, [0x81, 0xa1, 0x61], []],
    ['values of a Map, a hundred thousand', 100_000, [0x81, 0x05], []],
    ['keys of a Map, a hundred thousand', 100_000, [0x81], [0x05]],
  ] as const) {
    it(`overflows no stack: ${what} deep`, () => {
      const bytes = Buffer.concat([
        Buffer.alloc(depthMax * open.length, Uint8Array.from(open)),
        Buffer.of(0xc0),
        Buffer.alloc(depthMax * close.length, 5),
      ]);
      const value = decode(bytes, { depthMax });
      assert.equal(Buffer.compare(encode(value, { depthMax }), bytes), 0);
      assert.deepEqual(
        failure(() => decode(bytes, { depthMax: depthMax - 1 })),
        { code: 'LW_DEPTH', offset: (depthMax - 1) * open.length },
      );
      assert.deepEqual(
        failure(() => encode(value, { depthMax: depthMax - 1 })),
        nowhere('LW_DEPTH'),
      );
    });
  }
});

describe('extensions', () => {
  class Money {
    readonly amount: bigint;
    readonly currency: string;
    constructor(amount: bigint, currency: string) {
      this.amount = amount;
      this.currency = currency;
    }
  }

  it('may use the Encoder and the Decoder that call them', () => {
    const money: Extension<Money> = {
      type: 7,
      match: (value) => value instanceof Money,
      encode: (value) => encoder.encode([value.amount, value.currency, [new Set([1])]]),
      decode: (bytes) => {
        const [amount, currency] = decoder.decode(bytes) as [number, string];
        return new Money(BigInt(amount), currency);
      },
    };
    const box: Extension<Map<string, unknown>> = {
      type: 8,
      match: (value) => value instanceof Map,
      encode: (value) => encoder.encodeView([...value]),
      decode: (bytes) => new Map(decoder.decode(bytes) as [string, unknown][]),
    };
    const extensions = [money, box] as Extension[];
    const encoder = new Encoder({ extensions });
    const decoder = new Decoder({ extensions });
    const value = {
      before: 'x',
      list: [
        new Money(5n, 'EUR'),
        new Map([
          ['a', new Money(6n, 'USD')],
          ['b', new Map() as never],
        ]),
      ],
      after: [0.5, 'y'.repeat(50)],
    };
    for (let i = 0; i < 3; i++) assert.deepStrictEqual(decoder.decode(encoder.encode(value)), value);
  });

  it('are asked in their order, and the first that matches writes', () => {
    const asked: string[] = [];
    const extension = (name: string, type: number, matches: boolean): Extension => ({
      type,
      match: () => asked.push(name) > 0 && matches,
      encode: () => new Uint8Array(type),
      decode: () => name,
    });
    const extensions = [extension('a', 1, false), extension('b', 2, true), extension('c', 3, true), extension('d', 2, true)];
    assert.equal(toHex(encode({}, { extensions })), 'd5020000');
    assert.deepEqual(asked, ['a', 'b']);
    assert.equal(decode(hex('d5020000'), { extensions }), 'b');
    assert.deepStrictEqual(decode(hex('d40900'), { extensions }), new ExtensionValue(9, Uint8Array.of(0)));
  });

  it('are asked about everything but null, booleans, numbers and strings', () => {
    const asked: unknown[] = [];
    const spy: Extension = { type: 1, match: (value) => asked.push(value) < 0, encode: () => new Uint8Array(), decode: () => 0 };
    const objects = [[], {}, new Map(), new Date(0), Uint8Array.of(1), new ExtensionValue(2, Uint8Array.of(1)), new Timestamp(1)];
    encode([null, true, 1, 'a', 5n, undefined, ...objects], { extensions: [spy] });
    assert.deepEqual(asked.slice(1), [5n, undefined, ...objects]);
    const symbols: Extension = { type: 1, match: (value) => typeof value === 'symbol', encode: () => Uint8Array.of(1), decode: () => 0 };
    assert.equal(toHex(encode([Symbol('s'), { toJSON: () => Symbol('t') }], { extensions: [symbols] })), '92d40101d40101');
  });

  it('that give no Uint8Array are a TypeError', () => {
    const bad: Extension = { type: 1, match: () => true, encode: () => [1] as never, decode: () => 0 };
    assert.throws(() => encode({}, { extensions: [bad] }), TypeError);
  });

  it('get a payload of their own, and may throw what they like', () => {
    const input = hex('92d4010201');
    let payload: Uint8Array | undefined;
    const keep: Extension = { type: 1, match: () => false, encode: () => new Uint8Array(), decode: (bytes) => (payload = bytes) };
    decode(input, { extensions: [keep] });
    input.fill(0);
    assert.deepEqual(payload, Uint8Array.of(2));
    const throwing: Extension = {
      ...keep,
      decode: () => {
        throw new RangeError('mine');
      },
    };
    assert.throws(() => decode(hex('d40102'), { extensions: [throwing] }), RangeError);
  });

  it('are those that were given at the start, whatever becomes of the list', () => {
    const extensions: Extension[] = [];
    const decoder = new Decoder({ extensions });
    extensions.push({ type: 1, match: () => false, encode: () => new Uint8Array(), decode: () => 0 });
    assert.deepEqual(decoder.decode(hex('d40102')), new ExtensionValue(1, Uint8Array.of(2)));
  });
});

describe('Timestamp', () => {
  it('refuses what is out of its range', () => {
    for (const [seconds, nanoseconds] of [
      [0, -1],
      [0, 1e9],
      [0, 0.5],
      [0, Number.NaN],
      [0.5, 0],
      [2 ** 53, 0],
      [Number.NaN, 0],
      [2n ** 63n, 0],
      [-(2n ** 63n) - 1n, 0],
    ] as const) {
      assert.deepEqual(
        failure(() => new Timestamp(seconds, nanoseconds)),
        nowhere('LW_MSGPACK_TIMESTAMP'),
      );
    }
    assert.throws(() => new Timestamp('1' as never), TypeError);
    assert.throws(() => new Timestamp(1, 1n as never), TypeError);
  });

  it('has seconds as a number where that is safe', () => {
    assert.strictEqual(new Timestamp(5n).seconds, 5);
    assert.ok(Object.is(new Timestamp(-0).seconds, 0));
    assert.strictEqual(new Timestamp(2n ** 53n).seconds, 2n ** 53n);
  });

  it('gives the millisecond that it lies in', () => {
    assert.equal(new Timestamp(1, 999_999_999).toDate().getTime(), 1999);
    assert.equal(new Timestamp(-1, 1).toDate().getTime(), -1000);
    assert.ok(Number.isNaN(new Timestamp(2n ** 60n).toDate().getTime()));
  });

  it('comes back where a Date would lose part of it, and as a Date elsewhere', () => {
    assert.deepStrictEqual(decode(encode(new Timestamp(5, 1_000_000))), new Date(5001));
    assert.deepStrictEqual(decode(encode(new Timestamp(5, 1_000_001))), new Timestamp(5, 1_000_001));
    assert.deepStrictEqual(decode(encode(new Timestamp(8.64e12))), new Date(8.64e15));
    assert.deepStrictEqual(decode(encode(new Timestamp(8.64e12 + 1))), new Timestamp(8.64e12 + 1));
    assert.deepStrictEqual(decode(encode(new Timestamp(-8.64e12 - 1, 999_000_000))), new Timestamp(-8.64e12 - 1, 999_000_000));
  });
});

describe('ExtensionValue', () => {
  it('refuses what is no extension', () => {
    for (const type of [-129, 128, 0.5, Number.NaN])
      assert.deepEqual(
        failure(() => new ExtensionValue(type, new Uint8Array())),
        nowhere('LW_MSGPACK_TYPE'),
      );
    assert.throws(() => new ExtensionValue('1' as never, new Uint8Array()), TypeError);
    assert.throws(() => new ExtensionValue(1, [1] as never), TypeError);
  });

  it('is recognized by a brand that copies of the package share, and so is Timestamp', () => {
    assert.ok({ [Symbol.for('lanewise.ExtensionValue')]: true } instanceof ExtensionValue);
    assert.ok({ [Symbol.for('lanewise.Timestamp')]: true } instanceof Timestamp);
    class Mine extends Timestamp {}
    assert.ok(new Mine(1) instanceof Timestamp && new Mine(1) instanceof Mine && !(new Timestamp(1) instanceof Mine));
    for (const value of [null, undefined, 1, {}, new Date()]) assert.ok(!((value as object) instanceof Timestamp));
  });
});
