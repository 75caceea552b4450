import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Document, json } from 'lanewise';
import { bytes, failure, text } from './helpers.ts';

const open = (source: string): Document => json.document(bytes(source));

describe('json.document', () => {
  it('says type, length and value of each kind', () => {
    const cases: [string, string, number][] = [
      ['{}', 'object', 0],
      ['{"a":1,"b":[2]}', 'object', 2],
      ['[]', 'array', 0],
      ['[[],[[]],{}]', 'array', 3],
      ['""', 'string', 0],
      ['"é\\u00e9\\n\\"😀\\ud83d\\ude00\\\\"', 'string', 9],
      ['-1.5e3', 'number', 0],
      ['-0', 'number', 0],
      ['1e400', 'number', 0],
      ['true', 'boolean', 0],
      ['false', 'boolean', 0],
      ['null', 'null', 0],
    ];
    for (const [source, type, length] of cases) {
      for (const spaced of [source, ` \n${source}\t `]) {
        const document = open(spaced);
        assert.deepEqual([document.type, document.length], [type, length], source);
        assert.ok(Object.is(document.value(), JSON.parse(source)) || typeof document.value() === 'object');
        assert.deepEqual(document.value(), JSON.parse(source));
        assert.equal(text(document.raw()), source);
      }
    }
  });

  it('validates the whole at once, as json.validate does', () => {
    for (const broken of ['', '[1,]', '{"a":1', '"\ud800', '\ufeff1', '[1]\u0000', '01']) {
      assert.deepEqual(
        failure(() => open(broken)),
        failure(() => json.validate(bytes(broken))),
        broken,
      );
    }
    assert.deepEqual(
      failure(() => json.document(Uint8Array.from([0x22, 0xff, 0x22]))),
      { code: 'LW_UTF8', offset: 1 },
    );
    assert.deepEqual(
      failure(() => json.document(bytes('[[1]]'), { depthMax: 1 })),
      { code: 'LW_DEPTH', offset: 1 },
    );
    assert.deepEqual(
      failure(() => json.document(bytes('[[1]]'), { sizeMax: 4 })),
      { code: 'LW_SIZE', offset: 4 },
    );
    assert.deepEqual(
      failure(() => json.document(bytes('{"a":1,"a":2}'), { duplicateKeys: 'error' })),
      { code: 'LW_JSON_DUPLICATE_KEY', offset: 9 },
    );
    assert.deepEqual(
      failure(() => json.document(new Uint8Array(new SharedArrayBuffer(2)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
    assert.throws(() => json.document('[]' as never), TypeError);
  });

  it('finds members and elements as value[key] does', () => {
    const document = open('{"a":{"b":[10,[],{"c":"x"},30]},"1":"one","é\\n":2,"\\u0041":3,"":4}');
    assert.equal(document.get('a')?.get('b')?.get(3)?.value(), 30);
    assert.equal(document.get('a')?.get('b')?.get('2')?.get('c')?.value(), 'x');
    assert.equal(document.get(1)?.value(), 'one');
    assert.equal(document.get('é\n')?.value(), 2);
    assert.equal(document.get('A')?.value(), 3);
    assert.equal(document.get('')?.value(), 4);
    assert.equal(document.get('b'), undefined);
    const list = document.get('a')?.get('b') as Document;
    for (const key of [-1, 4, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '01', '-0', '', 'length', '1e0']) {
      assert.equal(list.get(key), undefined, String(key));
    }
    for (const scalar of ['"text"', '1', 'null']) assert.equal(open(scalar).get(0), undefined);
    assert.equal(open('"text"').get('length'), undefined);
    assert.throws(() => document.get(undefined as never), TypeError);
  });

  it('compares keys exactly, escaped or not', () => {
    const keys = [
      'a',
      'ab',
      'a\\',
      '\\',
      '"',
      '\u0000',
      '\u007f',
      'é',
      'e\u0301',
      '日本',
      '😀',
      '\ud83d',
      '\ude00',
      '\ufffd',
      'a\ud800',
      'n',
      '\n',
    ];
    const escaped = (key: string) =>
      `"${[...Array(key.length).keys()].map((i) => `\\u${key.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
    for (const key of keys) {
      for (const spelled of [JSON.stringify(key), escaped(key)]) {
        const document = open(`{${spelled}:1}`);
        for (const asked of keys) assert.equal(document.get(asked)?.value(), asked === key ? 1 : undefined, `${spelled} ${asked}`);
      }
    }
  });

  it('takes the last of duplicate keys, in the place of the first', () => {
    const document = open('{"b":1,"a":{"x":1},"\\u0062":2,"10":3,"a":[7]}');
    assert.equal(document.length, 3);
    assert.equal(document.get('b')?.value(), 2);
    assert.equal(document.at('/a/0')?.value(), 7);
    assert.equal(document.at('/a/x'), undefined);
    assert.deepEqual([...document.keys()], ['b', 'a', '10']);
    assert.deepEqual(
      [...document.entries()].map(([key, value]) => [key, value.value()]),
      [
        ['b', 2],
        ['a', [7]],
        ['10', 3],
      ],
    );
    assert.deepEqual(
      [...document.values()].map((value) => value.value()),
      [2, [7], 3],
    );
  });

  it('iterates over elements by index, and over nothing in a scalar', () => {
    const document = open('[1,[2,3],{"a":4}]');
    assert.deepEqual(
      [...document.entries()].map(([key, value]) => [key, value.value()]),
      [
        ['0', 1],
        ['1', [2, 3]],
        ['2', { a: 4 }],
      ],
    );
    assert.deepEqual([...document.keys()], ['0', '1', '2']);
    for (const scalar of ['"abc"', '12', 'true', '[]', '{}']) assert.deepEqual([...open(scalar).entries()], []);
  });

  it('has __proto__ as a member like any other', () => {
    const document = open('{"__proto__":{"a":1},"constructor":2}');
    assert.deepEqual([...document.keys()], ['__proto__', 'constructor']);
    assert.equal(document.at('/__proto__/a')?.value(), 1);
    assert.equal(document.get('toString'), undefined);
    const value = document.value() as object;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
  });

  it('follows a JSON Pointer', () => {
    const document = open('{"a":[10,{"b":"é"}],"":{"":true},"m~n":1,"x/y":2,"~1":3}');
    const cases: [string, unknown][] = [
      ['/a/0', 10],
      ['/a/1/b', 'é'],
      ['/', { '': true }],
      ['//', true],
      ['/m~0n', 1],
      ['/x~1y', 2],
      ['/~01', 3],
      ['/a/-', undefined],
      ['/a/01', undefined],
      ['/a/2', undefined],
      ['/a/99999999999999999999', undefined],
      ['/a/0/0', undefined],
      ['/z/z', undefined],
    ];
    for (const [pointer, value] of cases) assert.deepEqual(document.at(pointer)?.value(), value, pointer);
    assert.equal(document.at(''), document);
    assert.equal(document.at('/a/1')?.at('/b')?.value(), 'é');
    for (const [pointer, offset] of [
      ['a', 0],
      ['/a~2', 3],
      ['/z/é~', 5],
    ] as const) {
      assert.deepEqual(
        failure(() => document.at(pointer)),
        { code: 'LW_POINTER', offset },
      );
    }
    assert.throws(() => document.at(1 as never), TypeError);
  });

  it('answers the same before and after a container is indexed', () => {
    const count = 500;
    const object = Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, i % 3 === 0 ? [i] : i]));
    const members = open(JSON.stringify({ big: object, list: Object.values(object) }));
    for (let round = 0; round < 3; round++) {
      for (const step of [1, 7, -1]) {
        for (let i = 0; i < count; i++) {
          const at = (((i * step) % count) + count) % count;
          assert.deepEqual(members.get('big')?.get(`key-${at}`)?.value(), object[`key-${at}`]);
          assert.deepEqual(members.get('list')?.get(at)?.value(), object[`key-${at}`]);
        }
      }
      assert.equal(members.get('big')?.get('key-500'), undefined);
      assert.equal(members.get('list')?.get(500), undefined);
    }
    assert.equal(members.get('big')?.length, count);
  });

  it('reads a million members one by one in linear time', () => {
    const count = 1_000_000;
    const members = open(`{${Array.from({ length: count }, (_, i) => `"${i}":[]`).join()}}`);
    const started = performance.now();
    for (let i = 0; i < count; i += 10) assert.equal(members.get(i)?.length, 0);
    const list = open(`[${'[0],'.repeat(count)}1]`);
    for (let i = count; i >= 0; i -= 10) assert.equal(list.get(i)?.type, i === count ? 'number' : 'array');
    assert.ok(performance.now() - started < 20_000);
  });

  it('walks a million nested brackets without recursion', () => {
    const depth = 1_000_000;
    const document = json.document(bytes('['.repeat(depth) + ']'.repeat(depth)), { depthMax: depth });
    let inner: Document | undefined = document;
    let levels = 0;
    for (; inner !== undefined; inner = inner.get(0)) levels++;
    assert.equal(levels, depth);
    assert.equal(document.at('/0'.repeat(depth - 1))?.length, 0);
    assert.deepEqual(
      failure(() => json.document(bytes('['.repeat(depth)))),
      { code: 'LW_DEPTH', offset: 1024 },
    );
  });

  it('ends when it is disposed, with all its cursors', () => {
    const document = open('{"a":{"b":1}}');
    const [inner, other] = [document.get('a'), document.get('a')] as [Document, Document];
    inner[Symbol.dispose]();
    assert.throws(() => inner.type, { name: 'TypeError', message: /disposed/ });
    assert.equal(other.get('b')?.value(), 1);
    const iterator = other.values()[Symbol.iterator]();
    document[Symbol.dispose]();
    document[Symbol.dispose]();
    for (const cursor of [document, other]) {
      assert.throws(() => cursor.length, TypeError);
      assert.throws(() => cursor.get('a'), TypeError);
      assert.throws(() => cursor.value(), TypeError);
      assert.throws(() => cursor.raw(), TypeError);
    }
    assert.throws(() => iterator.next(), TypeError);
  });

  it('neither crashes nor hangs when the input is changed', () => {
    const source = '{"a":[1,{"b":"x\\n"},[true]],"c":12,"d":{"e":[]}}';
    const walk = (document: Document, budget: { left: number }): void => {
      if (budget.left-- < 0) assert.fail('this does not end');
      try {
        document.raw();
        document.value();
      } catch (error) {
        assert.ok(error instanceof TypeError);
      }
      try {
        assert.ok(document.length >= 0);
        document.get('b');
        document.get(2);
        for (const [, value] of document.entries()) walk(value, budget);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    };
    for (let at = 0; at < source.length; at++) {
      for (const byte of [0x22, 0x5b, 0x5d, 0x7b, 0x31, 0x5c, 0xff]) {
        const input = bytes(source);
        const document = json.document(input);
        input[at] = byte;
        walk(document, { left: 1000 });
      }
    }
    const input = bytes(source);
    const document = json.document(input);
    structuredClone(input, { transfer: [input.buffer as ArrayBuffer] });
    walk(document, { left: 1000 });
    assert.throws(() => document.value(), TypeError);
    assert.throws(() => document.raw(), TypeError);
  });
});
