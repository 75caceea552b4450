import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExtensionValue, json, LanewiseError, msgpack, Query } from 'lanewise';
import { bytes, failure, hex, text } from './helpers.ts';

const order = {
  id: 9007199254740993n,
  when: new Date(0),
  raw: Uint8Array.of(1, 2),
  lines: [
    { sku: 'a-1', price: 8.5, tags: ['new'] },
    { sku: 'b-2', price: 12.25, tags: [] },
    { sku: 'ц-3', price: 0.1, tags: ['old', 'x'.repeat(300)] },
  ],
};
const input = msgpack.encode(order);

describe('a query over MessagePack', () => {
  it('picks what msgpack.decode gives', () => {
    const query = new Query({
      id: '/id',
      when: '$.when',
      raw: '/raw',
      sku: '/lines/2/sku',
      long: '$.lines[2].tags[1]',
      line: '/lines/1',
      cheap: '$.lines[?@.price < 1].sku',
      last: '$.lines[-1].price',
      none: '/lines/7',
    });
    const expected = {
      id: order.id,
      when: order.when,
      raw: order.raw,
      sku: 'ц-3',
      long: 'x'.repeat(300),
      line: order.lines[1],
      cheap: 'ц-3',
      last: 0.1,
      none: undefined,
    };
    assert.deepEqual(query.pick(input, 'msgpack'), expected);
    assert.deepEqual(query.pick(input, 'msgpack', { check: 'path' }), expected);
    assert.deepEqual(new Query('/lines/0/sku').pick(input, 'msgpack', { check: 'path' }), { value: 'a-1' });
  });

  it('gives every match and its path in the order of RFC 9535', () => {
    const query = new Query({ prices: '$..price', some: '$.lines[2,0,0].sku', all: '$.lines[*].sku' });
    const expected = { prices: [8.5, 12.25, 0.1], some: ['ц-3', 'a-1', 'a-1'], all: ['a-1', 'b-2', 'ц-3'] };
    assert.deepEqual(query.values(input, 'msgpack'), expected);
    assert.deepEqual(query.values(input, 'msgpack', { check: 'path' }), expected);
    assert.deepEqual(query.paths(input, 'msgpack'), {
      prices: [0, 1, 2].map((i) => `$['lines'][${i}]['price']`),
      some: [2, 0, 0].map((i) => `$['lines'][${i}]['sku']`),
      all: [0, 1, 2].map((i) => `$['lines'][${i}]['sku']`),
    });
  });

  it('gives a key that is no string its text as name, and a container as key none', () => {
    const map = new Map<unknown, unknown>([
      [7, 'seven'],
      [-1n, 'minus one'],
      [2n ** 64n - 1n, 'large'],
      [0.5, 'half'],
      [true, 'yes'],
      [null, 'nothing'],
      [Uint8Array.of(104, 105), 'binary'],
      [new Date(0), 'epoch'],
      [new ExtensionValue(5, Uint8Array.of(255)), 'extension'],
      [[7], { name: 'in a list' }],
      [new Map([['a', 1]]), 'in a map'],
      ['text', { name: 'in text' }],
    ]);
    const names = [
      '7',
      '-1',
      '18446744073709551615',
      '0.5',
      'true',
      'null',
      'aGk=',
      '1970-01-01T00:00:00Z',
      '{"$ext":5,"data":"/w=="}',
      'text',
    ];
    const bytesOfMap = msgpack.encode(map);
    const query = new Query(Object.fromEntries(names.map((name) => [name, `/${name.replaceAll('/', '~1')}`])));
    const values = [...map.values()].filter((_, i) => i !== 9 && i !== 10);
    for (const check of ['all', 'path'] as const) {
      assert.deepEqual(Object.values(query.pick(bytesOfMap, 'msgpack', { check })), values);
      assert.deepEqual(new Query('$.*').values(bytesOfMap, 'msgpack', { check }).value, values);
      assert.deepEqual(new Query('$..name').values(bytesOfMap, 'msgpack', { check }).value, ['in text']);
    }
    const paths = new Query('$.*').paths(bytesOfMap, 'msgpack').value as string[];
    assert.deepEqual(
      paths,
      names.map((name) => `$['${name}']`),
    );
    assert.deepEqual(
      paths.map((path) => new Query(path).pick(bytesOfMap, 'msgpack').value),
      values,
    );
    // The names are those of the decoder.
    const named = new Map([...map].filter(([key]) => !Array.isArray(key) && !(key instanceof Map)));
    const decoded = msgpack.decode(msgpack.encode(named), { nonStringKeys: 'stringify' });
    assert.deepEqual(Object.keys(decoded as object).sort(), [...names].sort());
  });

  it('compares integers of 64 bits exactly, and what JSON lacks with its like alone', () => {
    const select = (selector: string, value: unknown) => new Query(selector).values(msgpack.encode(value), 'msgpack').value?.length;
    assert.equal(select('$[?@ == 9007199254740993]', [9007199254740993n, 9007199254740992n, 1]), 1);
    assert.equal(select('$[?@ == 18446744073709551615]', [2n ** 64n - 1n, 2n ** 64n - 2n]), 1);
    assert.equal(select('$[?@ == 1]', [1, 1.5, '1', true, new Uint8Array([1])]), 1);
    assert.equal(select('$[?@ == 0]', [-0, 0]), 2);
    assert.equal(select('$[?@ == @]', [Number.NaN]), 0);
    const binary = [Uint8Array.of(1), Uint8Array.of(1), Uint8Array.of(2), new ExtensionValue(1, Uint8Array.of(1))];
    assert.equal(select('$[?@ == $[0]]', binary), 2);
    assert.equal(select('$[?@ < $[2] || @ == 1 || @ == null || length(@) >= 0 || match(@, ".*")]', binary), 0);
    assert.equal(select('$[?@ == $[0]]', [new Date(0), new Date(0), new Date(1)]), 2);
    // The same moment, in 4 and in 12 bytes.
    assert.equal(new Query('$[?@ == $[0]]').values(hex('92 d6ff00000001 c70cff000000000000000000000001'), 'msgpack').value?.length, 2);
    assert.equal(select('$[?length(@) == 2]', ['ab', '😀ц', [1, 2], { a: 1, b: 2 }, 'abc', Uint8Array.of(1, 2)]), 4);
  });

  it('counts the last of duplicate keys, with check path the first that is named', () => {
    const twice = hex('82 a161 01 a161 02');
    assert.equal(new Query('/a').pick(twice, 'msgpack').value, 2);
    assert.equal(new Query('/a').pick(twice, 'msgpack', { check: 'path' }).value, 1);
    assert.deepEqual(new Query('$.*').values(twice, 'msgpack').value, [2]);
    assert.deepEqual(new Query('$.*').values(twice, 'msgpack', { check: 'path' }).value, [1, 2]);
  });

  it('validates all of the input as msgpack.validate does, or what leads to the matches', () => {
    const broken = [
      '',
      '91c1',
      '0102',
      '92 a1ff 01',
      'd4ff00',
      '82a161',
      'dd ffffffff',
      'c6ffffffff00',
      '91'.repeat(1025),
      '92 01 d5ff0000',
    ];
    for (const digits of broken) {
      const bad = hex(digits);
      const expected = failure(() => msgpack.validate(bad));
      for (const selector of ['/0', '$..a', '$[?@.x]']) {
        const query = new Query(selector);
        for (const call of ['pick', 'values', 'paths'] as const) {
          assert.deepEqual(
            failure(() => query[call](bad, 'msgpack')),
            expected,
            `${digits} ${selector} ${call}`,
          );
        }
      }
    }
    const path = { check: 'path' } as const;
    assert.equal(new Query('/1').pick(hex('92 a1ff 01'), 'msgpack', path).value, 1);
    assert.equal(new Query('/0').pick(hex('92 01 d4ff00'), 'msgpack', path).value, 1);
    assert.deepEqual(
      failure(() => new Query('/0').pick(hex('92 a1ff 01'), 'msgpack', path)),
      { code: 'LW_UTF8', offset: 2 },
    );
    assert.deepEqual(
      failure(() => new Query('/0').pick(hex('92 01'), 'msgpack', path)),
      { code: 'LW_MSGPACK_END', offset: 2 },
    );
  });

  it('takes large inputs and many results, and a format that it knows', () => {
    const items = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `name ${id}` }));
    const large = msgpack.encode({ items });
    assert.deepEqual(new Query('$.items[*]').values(large, 'msgpack').value, items);
    assert.equal(new Query('$..name').paths(large, 'msgpack').value?.at(-1), "$['items'][19999]['name']");
    assert.throws(() => new Query('').pick(input, 'bson' as never), TypeError);
    assert.deepEqual(
      failure(() => new Query('').pick(new Uint8Array(new SharedArrayBuffer(2)), 'msgpack')),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
  });
});

describe('select', () => {
  const source = `{"a":{"id":7,"id":8},"list":[1,2.5,9007199254740993],"__proto__":{"x":[]},"long":"${'ж'.repeat(2000)}"}`;
  const selectors = JSON.parse('{"last":"/list/2","id":"$.a.id","none":"/b","__proto__":"/__proto__","half":"$.list[?@ > 2 && @ < 3]"}');

  it('makes an object by key of what Query.pick gives, without what is absent', () => {
    for (const select of [new Query(selectors), new Query({ last: '/list/2', id: '$.a.id', none: '/b' })]) {
      const picked = select.pick(msgpack.fromJson(bytes(source)), 'msgpack');
      const present = Object.entries(picked).filter(([, value]) => value !== undefined);
      const converted = msgpack.decode(msgpack.fromJson(bytes(source), { select })) as object;
      assert.deepEqual(Object.entries(converted), present);
      const back = text(msgpack.toJson(msgpack.fromJson(bytes(source)), { select }));
      assert.equal(back, text(msgpack.toJson(msgpack.encode(new Map(present)))));
    }
    assert.deepEqual(text(msgpack.toJson(hex('c0'), { select: new Query('/a') })), '{}');
    assert.deepEqual(msgpack.fromJson(bytes('[1]'), { select: new Query('') }), hex('81 a576616c7565 91 01'));
    assert.deepEqual(msgpack.fromJson(bytes('0.1'), { select: new Query('') }), hex('81 a576616c7565 cb3fb999999999999a'));
    assert.deepEqual(
      msgpack.fromJson(bytes('0.5'), { select: new Query(''), float32: 'never' }),
      hex('81 a576616c7565 cb3fe0000000000000'),
    );
  });

  it('checks the whole input, and what JSON cannot hold where it is selected', () => {
    const select = new Query('/0');
    for (const broken of ['[1', '[1,]', '[1] x', '', '[01]', '["\ud800']) {
      assert.deepEqual(
        failure(() => msgpack.fromJson(bytes(broken), { select })),
        failure(() => json.validate(bytes(broken))),
        broken,
      );
    }
    for (const broken of ['', '92 01', '91 c1', '91 01 02', '92 01 a1ff']) {
      assert.deepEqual(
        failure(() => msgpack.toJson(hex(broken), { select })),
        failure(() => msgpack.validate(hex(broken))),
        broken,
      );
    }
    const odd = hex('92 81 01 02 cb7ff0000000000000');
    assert.deepEqual(
      failure(() => msgpack.toJson(odd, { select })),
      { code: 'LW_MSGPACK_NOT_JSON', offset: 2 },
    );
    assert.deepEqual(
      failure(() => msgpack.toJson(odd, { select: new Query({ b: '/1', a: '/0' }) })),
      { code: 'LW_MSGPACK_NOT_JSON', offset: 4 },
    );
    assert.equal(text(msgpack.toJson(odd, { select, nonStringKeys: 'stringify' })), '{"value":{"1":2}}');
    assert.equal(text(msgpack.toJson(odd, { select: new Query('/0/1') })), '{"value":2}');
  });

  it('counts depth in the input', () => {
    const select = new Query('/0/0');
    assert.deepEqual(msgpack.fromJson(bytes('[[[]]]'), { select, depthMax: 3 }), hex('81 a576616c7565 90'));
    assert.deepEqual(
      failure(() => msgpack.fromJson(bytes('[[[]]]'), { select, depthMax: 2 })),
      { code: 'LW_DEPTH', offset: 2 },
    );
    assert.equal(text(msgpack.toJson(hex('919190'), { select, depthMax: 3 })), '{"value":[]}');
    assert.deepEqual(
      failure(() => msgpack.toJson(hex('919190'), { select, depthMax: 2 })),
      { code: 'LW_DEPTH', offset: 2 },
    );
  });

  it('reads options before anything is lent, and takes a Query alone', () => {
    const big = bytes(JSON.stringify({ a: 'x'.repeat(5000) }));
    const options = {
      get select() {
        msgpack.fromJson(bytes(JSON.stringify(['y'.repeat(5000)])));
        return new Query({ a: '/a' });
      },
      get depthMax() {
        msgpack.validate(msgpack.encode('z'.repeat(5000)));
        return 5;
      },
    };
    assert.deepEqual(msgpack.decode(msgpack.fromJson(big, options)), { a: 'x'.repeat(5000) });
    for (const wrong of [{}, '/a', null, 7]) {
      assert.throws(() => msgpack.fromJson(big, { select: wrong as never }), TypeError);
      assert.throws(
        () => msgpack.toJson(hex('c0'), { select: wrong as never }),
        (error) => error instanceof TypeError && !(error instanceof LanewiseError),
      );
    }
  });
});
