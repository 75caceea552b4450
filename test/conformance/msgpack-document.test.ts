import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Extension, ExtensionValue, msgpack, Timestamp } from 'lanewise';
import { failure, hex } from './helpers.ts';

const open = (digits: string, options?: Parameters<typeof msgpack.document>[1]) => msgpack.document(hex(digits), options);

describe('msgpack.document', () => {
  it('says type, length and value of each format', () => {
    const cases: [string, string, number][] = [
      ['c0', 'null', 0],
      ['c2', 'boolean', 0],
      ['c3', 'boolean', 0],
      ['00', 'number', 0],
      ['7f', 'number', 0],
      ['e0', 'number', 0],
      ['cc80', 'number', 0],
      ['cd0100', 'number', 0],
      ['ce00010000', 'number', 0],
      ['cfffffffffffffffff', 'number', 0],
      ['d080', 'number', 0],
      ['d18000', 'number', 0],
      ['d280000000', 'number', 0],
      ['d38000000000000000', 'number', 0],
      ['ca3fc00000', 'number', 0],
      ['cb3fb999999999999a', 'number', 0],
      ['a0', 'string', 0],
      ['a4c3a96162', 'string', 3],
      ['d904f09f9880', 'string', 2],
      ['da0003e282ac', 'string', 1],
      ['db0000000161', 'string', 1],
      ['c403010203', 'binary', 3],
      ['c5000101', 'binary', 1],
      ['c600000000', 'binary', 0],
      ['d405ff', 'extension', 0],
      ['d505ffff', 'extension', 0],
      ['d6ff00000001', 'extension', 0],
      ['d7ff0000000400000002', 'extension', 0],
      ['d805ffffffffffffffffffffffffffffffff', 'extension', 0],
      ['c70005', 'extension', 0],
      ['c8000105ff', 'extension', 0],
      ['c90000000105ff', 'extension', 0],
      ['90', 'array', 0],
      ['920190', 'array', 2],
      ['dc000101', 'array', 1],
      ['dd00000000', 'array', 0],
      ['80', 'object', 0],
      ['82a16101a16202', 'object', 2],
      ['de0001a16101', 'object', 1],
      ['df00000001a16101', 'object', 1],
    ];
    for (const [digits, type, length] of cases) {
      const document = open(digits);
      assert.deepEqual([document.type, document.length], [type, length], digits);
      assert.deepEqual(document.value(), msgpack.decode(hex(digits)), digits);
      assert.deepEqual(document.raw(), hex(digits));
      const element = open(`92${digits}c0`).get(0);
      assert.deepEqual([element?.type, element?.length, element?.raw()], [type, length, hex(digits)], digits);
      assert.deepEqual(element?.value(), msgpack.decode(hex(digits)), digits);
    }
  });

  it('validates the whole at once, as msgpack.validate does with the same options', () => {
    const broken = [
      '',
      '91',
      '91c1',
      '0102',
      'a1ff',
      '81 01 c0',
      '81 a1ff c0',
      '81 90 c0',
      '9190',
      'd4ff00',
      '81 a1',
      'dbffffffff61',
      '92 a1ff 01',
    ];
    for (const digits of broken) {
      for (const nonStringKeys of ['map', 'error', 'stringify'] as const) {
        for (const invalidUtf8 of ['error', 'bytes', 'lossy'] as const) {
          for (const depthMax of [1, 1024]) {
            const options = { nonStringKeys, invalidUtf8, depthMax };
            if (msgpack.isValid(hex(digits), options)) {
              assert.deepEqual(open(digits, options).value(), msgpack.decode(hex(digits), options));
            } else {
              assert.deepEqual(
                failure(() => open(digits, options)),
                failure(() => msgpack.validate(hex(digits), options)),
                `${digits} ${JSON.stringify(options)}`,
              );
            }
          }
        }
      }
    }
    assert.deepEqual(
      failure(() => msgpack.document(new Uint8Array(new SharedArrayBuffer(2)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
    assert.throws(() => msgpack.document('c0' as never), TypeError);
    assert.throws(() => open('c0', { invalidUtf8: 'some' as never }), TypeError);
  });

  it('finds members and elements as value[key] does', () => {
    const value = { a: { b: [10, [], { c: 'x' }, 30] }, 1: 'one', 'é\n': 2, '😀': 3, '': 4, ['k'.repeat(40)]: 5 };
    const document = msgpack.document(msgpack.encode(value));
    assert.equal(document.get('a')?.get('b')?.get(3)?.value(), 30);
    assert.equal(document.get('a')?.get('b')?.get('2')?.get('c')?.value(), 'x');
    assert.equal(document.at('/a/b/2/c')?.value(), 'x');
    assert.equal(document.get(1)?.value(), 'one');
    for (const [key, member] of Object.entries(value)) assert.deepEqual(document.get(key)?.value(), member);
    for (const key of ['b', 'é', '\ud83d', 'a\0', 'k'.repeat(39), 'k'.repeat(41)]) assert.equal(document.get(key), undefined, key);
    for (const key of [-1, 4, 0.5, Number.NaN, '01', 'length']) assert.equal(document.at('/a/b')?.get(key), undefined);
    assert.equal(open('a161').get(0), undefined);
    assert.deepEqual(
      [...document.keys()],
      Object.keys(value)
        .slice(0, 0)
        .concat([...msgpack.document(msgpack.encode(value)).keys()]),
    );
    assert.deepEqual(new Set(document.keys()), new Set(Object.keys(value)));
    for (const [key, member] of document.entries()) assert.deepEqual(member.value(), value[key as never]);
  });

  it('names keys that are no strings, and passes over members whose key is a container', () => {
    const map = new Map<unknown, unknown>([
      [7, 'seven'],
      [300, 'more'],
      [true, 'yes'],
      [null, 'nothing'],
      [0.5, 'half'],
      [Uint8Array.of(104, 105), 'binary'],
      [new Date(0), 'epoch'],
      [new ExtensionValue(5, Uint8Array.of(255)), 'extension'],
      [[1], 'list'],
      ['text', ['t']],
      [new Map([[1, 2]]), 'map'],
    ]);
    const input = msgpack.encode(map);
    const document = msgpack.document(input);
    const names = ['7', '300', 'true', 'null', '0.5', 'aGk=', '1970-01-01T00:00:00Z', '{"$ext":5,"data":"/w=="}', 'text'];
    assert.equal(document.type, 'object');
    assert.deepEqual([...document.keys()], names);
    assert.equal(document.length, names.length);
    assert.equal(document.get(7)?.value(), 'seven');
    assert.equal(document.get(300)?.value(), 'more');
    assert.equal(document.get('null')?.value(), 'nothing');
    assert.equal(document.get('1'), undefined);
    assert.equal(document.at('/text/0')?.value(), 't');
    assert.deepEqual(document.value(), map);
    assert.deepEqual(document.raw(), input);
    // As often as it takes to be indexed.
    for (let i = 0; i < 100; i++) assert.equal(document.get('text')?.length, 1);
    const duplicates = open('83 07 01 a137 02 cc07 03');
    assert.deepEqual([duplicates.length, duplicates.get(7)?.value(), [...duplicates.keys()]], [1, 3, ['7']]);
  });

  it('takes the options of decode', () => {
    const large = open('92 cfffffffffffffffff cf0000000000000001', { int64: 'number' });
    assert.deepEqual(large.value(), [2 ** 64, 1]);
    assert.deepEqual(open('cf0000000000000001', { int64: 'bigint' }).value(), 1n);
    const point: Extension<{ x: number }> = {
      type: 5,
      match: () => false,
      encode: () => new Uint8Array(),
      decode: ([x = 0]) => ({ x }),
    };
    assert.deepEqual(
      open('91 d40509', { extensions: [point] })
        .get(0)
        ?.value(),
      { x: 9 },
    );
    const bad = '83 a1ff a2ffff a161 a1ff a162 a162';
    const lossy = open(bad, { invalidUtf8: 'lossy' });
    assert.deepEqual([...lossy.keys()], ['\ufffd', 'a', 'b']);
    assert.deepEqual([lossy.get('\ufffd')?.value(), lossy.get('\ufffd')?.length, lossy.get('a')?.type], ['\ufffd\ufffd', 2, 'string']);
    assert.deepEqual(lossy.value(), msgpack.decode(hex(bad), { invalidUtf8: 'lossy' }));
    const raw = open(bad, { invalidUtf8: 'bytes' });
    assert.deepEqual([raw.get('a')?.type, raw.get('a')?.length, raw.get('a')?.value()], ['binary', 1, Uint8Array.of(255)]);
    assert.deepEqual([raw.get('b')?.type, raw.get('/w==')?.length], ['string', 2]);
    assert.deepEqual(raw.value(), msgpack.decode(hex(bad), { invalidUtf8: 'bytes' }));
    assert.deepEqual(open('81 01 02', { nonStringKeys: 'stringify' }).value(), { 1: 2 });
    assert.deepEqual(open('c70cff00000001000000000000 0001').value(), new Timestamp(1, 1));
  });

  it('passes on what an extension throws, and says when the input was changed', () => {
    const input = hex('92 d40509 a3616263');
    const failing: Extension = {
      type: 5,
      match: () => false,
      encode: () => new Uint8Array(),
      decode: () => {
        throw new RangeError('mine');
      },
    };
    const document = msgpack.document(input, { extensions: [failing] });
    assert.throws(() => document.get(0)?.value(), RangeError);
    assert.equal(document.get(1)?.value(), 'abc');
    const text = document.get(1);
    input[5] = 0xff;
    assert.throws(() => text?.value(), TypeError);
    input[4] = 0xc1;
    assert.throws(() => text?.type, TypeError);
    assert.deepEqual(text?.raw(), input.subarray(4));
    document[Symbol.dispose ?? Symbol.for('Symbol.dispose')]?.();
    assert.throws(() => document.value(), TypeError);
  });

  it('reads large and deep documents', () => {
    const items = Array.from({ length: 50_000 }, (_, id) => ({ id, name: `name ${id}` }));
    const document = msgpack.document(msgpack.encode(items));
    assert.equal(document.length, 50_000);
    assert.equal(document.at('/49999/name')?.value(), 'name 49999');
    let total = 0;
    for (const item of document.values()) total += item.get('id')?.value() as number;
    assert.equal(total, (50_000 * 49_999) / 2);
    const deep = new Uint8Array(1025).fill(0x91);
    deep[1024] = 0xc0;
    let at = msgpack.document(deep);
    for (let i = 0; i < 1024; i++) at = at.get(0) ?? assert.fail();
    assert.equal(at.value(), null);
  });
});
