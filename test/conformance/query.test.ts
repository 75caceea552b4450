import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LanewiseError, Query } from 'lanewise';
import { bytes, failure } from './helpers.ts';

const store = bytes(
  JSON.stringify({
    store: {
      book: [
        { category: 'reference', author: 'Nigel Rees', title: 'Sayings of the Century', price: 8.95 },
        { category: 'fiction', author: 'Evelyn Waugh', title: 'Sword of Honour', price: 12.99 },
        { category: 'fiction', author: 'Herman Melville', title: 'Moby Dick', isbn: '0-553-21311-3', price: 8.99 },
      ],
      bicycle: { color: 'red', price: 399 },
    },
  }),
);

describe('a query', () => {
  it('picks the first match of each selector', () => {
    const query = new Query({
      pointer: '/store/book/1/title',
      path: '$.store.book[0].author',
      filter: '$..book[?@.isbn].title',
      last: '$.store.book[-1].price',
      none: '/store/book/7',
      object: '/store/bicycle',
    });
    assert.deepEqual(query.pick(store), {
      pointer: 'Sword of Honour',
      path: 'Nigel Rees',
      filter: 'Moby Dick',
      last: 8.99,
      none: undefined,
      object: { color: 'red', price: 399 },
    });
    assert.deepEqual(Object.keys(query.pick(store)), ['pointer', 'path', 'filter', 'last', 'none', 'object']);
  });

  it('picks the bytes of values as they stand in the input', () => {
    const input = bytes(' {"a": [1.0, 2e1] , "b":"\\u00e9"}');
    const picked = new Query({ b: '/b', a: '$.a', none: '/c' }).pickRaw(input);
    assert.deepEqual(picked, { b: bytes('"\\u00e9"'), a: bytes('[1.0, 2e1]'), none: undefined });
    assert.equal(picked.a?.buffer, input.buffer);
    const packed = Uint8Array.of(0x81, 0xa1, 0x61, 0xd0, 0x01);
    assert.deepEqual(new Query('/a').pickRaw(packed, 'msgpack'), { value: Uint8Array.of(0xd0, 0x01) });
    assert.throws(() => new Query('/a').pickRaw(bytes('{"a":1,}')), { code: 'LW_JSON_UNEXPECTED', offset: 7 });
  });

  it('gives every match and its path in the order of RFC 9535', () => {
    const query = new Query({ prices: '$..price', some: '$.store.book[2,0,0].author', none: '$.x', colour: '/store/bicycle/color' });
    assert.deepEqual(query.values(store), {
      prices: [8.95, 12.99, 8.99, 399],
      some: ['Herman Melville', 'Nigel Rees', 'Nigel Rees'],
      none: [],
      colour: ['red'],
    });
    assert.deepEqual(query.paths(store), {
      prices: ['book', 'book', 'book'].map((name, i) => `$['store']['${name}'][${i}]['price']`).concat("$['store']['bicycle']['price']"),
      some: [2, 0, 0].map((i) => `$['store']['book'][${i}]['author']`),
      none: [],
      colour: ["$['store']['bicycle']['color']"],
    });
  });

  it('gives one selector the name value', () => {
    assert.deepEqual(new Query('$.a').pick(bytes('{"a":[1]}')), { value: [1] });
    assert.deepEqual(new Query('').values(bytes(' 7 ')), { value: [7] });
    assert.deepEqual(new Query({}).pick(bytes('1')), {});
  });

  it('gives the values that JSON.parse gives', () => {
    const values = [
      '-0',
      '0',
      '1e400',
      '-12.5e-3',
      '9007199254740993',
      'true',
      'false',
      'null',
      '""',
      '"é😀"',
      '"\\ud800\\u0041\\n"',
      '{"a":{}}',
      '[[],[1]]',
    ];
    values.push(JSON.stringify('x'.repeat(100)), '123456789012345678901234567890123456789012345678901234567890');
    for (const json of values) {
      const expected = JSON.parse(json);
      for (const check of ['all', 'path'] as const) {
        const input = bytes(`{"x":[0, ${json} ]}`);
        assert.deepEqual(new Query({ a: '/x/1', b: '$.x[1]' }).pick(input, 'json', { check }), { a: expected, b: expected }, json);
        assert.deepEqual(new Query('$.x[1]').values(input, 'json', { check }), { value: [expected] }, json);
      }
    }
  });

  it('makes __proto__ an own property', () => {
    const query = new Query(JSON.parse('{"__proto__": "/a", "constructor": "/b"}'));
    const input = bytes('{"a":{"__proto__":1},"b":2}');
    const picked = query.pick(input);
    assert.deepEqual(Object.entries(picked), [
      ['__proto__', JSON.parse('{"__proto__":1}')],
      ['constructor', 2],
    ]);
    assert.equal(Object.getPrototypeOf(picked), Object.prototype);
    assert.deepEqual(Object.entries(query.columns(input).row(0)), Object.entries(picked));
    assert.deepEqual(Object.entries(query.values(input)).length, 2);
  });

  it('keeps lone surrogates in selectors, names and paths', () => {
    const query = new Query({ '\ud800': '/\udc00', b: '$[*]' });
    const input = bytes('{"\\udc00":"\\ud83d"}');
    assert.deepEqual(query.pick(input), { '\ud800': '\ud83d', b: '\ud83d' });
    assert.deepEqual(query.paths(input), { '\ud800': ["$['\udc00']"], b: ["$['\udc00']"] });
  });

  it('counts the last of duplicate keys', () => {
    const input = bytes('{"a":1,"a":{"b":2},"a":{"b":3,"b":4}}');
    assert.deepEqual(new Query({ p: '/a/b', q: '$.a.b' }).pick(input), { p: 4, q: 4 });
    assert.deepEqual(new Query('$..*').values(input), { value: [{ b: 4 }, 4] });
  });

  it('validates all of the input, at the exact offset', () => {
    const query = new Query({ a: '/a', b: '$.a' });
    const cases: [string, string, number][] = [
      ['{"a":1,"b":01}', 'LW_JSON_NUMBER', 12],
      ['{"a":1', 'LW_JSON_END', 6],
      ['{"a":1} x', 'LW_JSON_TRAILING', 8],
      ['', 'LW_JSON_END', 0],
      [`${'['.repeat(1025)}`, 'LW_DEPTH', 1024],
    ];
    for (const [json, code, offset] of cases) {
      assert.deepEqual(
        failure(() => query.pick(bytes(json))),
        { code, offset },
        json,
      );
      assert.deepEqual(
        failure(() => query.values(bytes(json))),
        { code, offset },
        json,
      );
      assert.deepEqual(
        failure(() => query.paths(bytes(json))),
        { code, offset },
        json,
      );
    }
    assert.deepEqual(
      failure(() => query.pick(Uint8Array.of(0x22, 0xff, 0x22))),
      { code: 'LW_UTF8', offset: 1 },
    );
  });

  it('says where a selector is wrong, in the selector that is', () => {
    const cases: [string, string, number][] = [
      ['x', 'LW_QUERY_SYNTAX', 0],
      ['$.', 'LW_QUERY_SYNTAX', 2],
      ['$.a[?@.b = 1]', 'LW_QUERY_SYNTAX', 10],
      ['$[?length(@.*) > 1]', 'LW_QUERY_TYPE', 12],
      ['/a~2', 'LW_POINTER', 3],
      [`$${'[?@'.repeat(100)}`, 'LW_DEPTH', 194],
    ];
    for (const [selector, code, offset] of cases) {
      assert.deepEqual(
        failure(() => new Query(selector)),
        { code, offset },
        selector,
      );
      assert.deepEqual(
        failure(() => new Query({ good: '/a', bad: selector, alsoBad: '$[' })),
        { code, offset },
        selector,
      );
    }
    try {
      new Query({ a: '/a', b: '$.b\n[' });
      assert.fail();
    } catch (error) {
      assert.ok(error instanceof LanewiseError);
      assert.deepEqual([error.line, error.column], [2, 2]);
    }
  });

  it('refuses arguments of a wrong type', () => {
    const query = new Query('/a');
    const wrong: (() => unknown)[] = [
      () => new Query(7 as never),
      () => new Query(null as never),
      () => new Query({ a: 7 } as never),
      () => query.pick('{}' as never),
      () => query.pick(bytes('{}'), 'xml' as never),
      () => query.pick(bytes('{}'), 'json', { check: 'some' as never }),
      () => query.values([] as never),
      () => query.paths(null as never),
    ];
    for (const call of wrong) assert.throws(call, TypeError);
    assert.deepEqual(
      failure(() => query.pick(new Uint8Array(new SharedArrayBuffer(2)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
  });

  it('takes inputs and results of any size', () => {
    const items = Array.from({ length: 20_000 }, (_, i) => ({ id: i, name: `name ${i}` }));
    const input = bytes(JSON.stringify({ items }));
    assert.deepEqual(
      new Query('$.items[*].id').values(input).value,
      items.map(({ id }) => id),
    );
    assert.deepEqual(new Query('$.items[*]').values(input).value, items);
    assert.equal(new Query('$..name').paths(input).value?.at(-1), "$['items'][19999]['name']");
    const many = new Query(Object.fromEntries(items.slice(0, 1000).map(({ id }) => [`k${id}`, `/items/${id}/name`])));
    assert.deepEqual(
      Object.values(many.pick(input)),
      items.slice(0, 1000).map(({ name }) => name),
    );
  });

  it('gives values that are their own, also of a short input', () => {
    const picked = new Query({ whole: '', part: '/a', first: '/a/0', length: '/a/length', no: '/a/01' }).pick(bytes('{"a":[1]}'));
    assert.deepEqual(picked, { whole: { a: [1] }, part: [1], first: 1, length: undefined, no: undefined });
    (picked.part as unknown[]).push(2);
    assert.deepEqual(picked.whole, { a: [1] });
    const tokens = new Query({ a: '/a~1b', b: '/m~0n', c: '/~01', d: '/toString', e: '/__proto__' });
    const input = bytes('{"a/b":1,"m~n":2,"~1":3,"__proto__":4}');
    assert.deepEqual(tokens.pick(input), { a: 1, b: 2, c: 3, d: undefined, e: 4 });
  });

  it('keeps its own memory: many queries live side by side', () => {
    const queries = Array.from({ length: 100 }, (_, i) => new Query(`/${i}`));
    const input = bytes(JSON.stringify(Array.from({ length: 100 }, (_, i) => i * i)));
    for (const [i, query] of queries.entries()) assert.deepEqual(query.pick(input), { value: i * i });
  });
});
