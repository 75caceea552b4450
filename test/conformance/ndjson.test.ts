import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Column, LanewiseError, Matcher, msgpack, Query, type Where } from 'lanewise';
import { bytes, failure, text } from './helpers.ts';

const NUMBERS = new Query('/v');

/** The column of these values, spelled in JSON; a missing one is undefined. */
function column(values: readonly (string | undefined)[]): Column {
  const lines = values.map((value) => (value === undefined ? '{"w":1}' : `{"w":0,"v":${value}}`));
  return NUMBERS.columns(bytes(lines.join('\n'))).column('value');
}

function place(error: unknown): { code: string; offset: number; line: number; column: number } {
  assert.ok(error instanceof LanewiseError, String(error));
  const { code, offset, line, column } = error;
  return { code, offset, line, column };
}

describe('columns', () => {
  it('have the narrowest type that holds every value', () => {
    const cases: [string, (string | undefined)[], unknown[]][] = [
      ['float64', ['1', '2.5', '-0', '1e400'], [1, 2.5, -0, Infinity]],
      ['float64', ['1', '9007199254740991', '-9007199254740991'], [1, 9007199254740991, -9007199254740991]],
      ['int64', ['1', '9007199254740992', '-5'], [1n, 9007199254740992n, -5n]],
      ['int64', ['9223372036854775807', '-9223372036854775808'], [9223372036854775807n, -9223372036854775808n]],
      ['float64', ['9223372036854775808', '1'], [2 ** 63, 1]],
      ['float64', ['1', '9007199254740993', '2.5', '9007199254740993'], [1, 9007199254740992, 2.5, 9007199254740992]],
      ['float64', ['0.5', '9007199254740993'], [0.5, 9007199254740992]],
      ['float64', ['9007199254740993', '-0'], [9007199254740992, -0]],
      ['float64', ['9007199254740993', '1.0'], [9007199254740992, 1]],
      ['string', ['"a"', '"é\\n\\ud800"', '""'], ['a', 'é\n\ud800', '']],
      ['mixed', ['1', '"a"', '-0', '1e400', '-1e400', '0.1'], [1, 'a', -0, Infinity, -Infinity, 0.1]],
      ['mixed', ['"a\\"\\\\\\u0001"', '"\\ud800"', '7'], ['a"\\\u0001', '\ud800', 7]],
      ['mixed', ['9007199254740993', 'true'], [9007199254740992, true]],
      ['mixed', ['true', '1', '"a"'], [true, 1, 'a']],
      ['mixed', ['[1,{"a":null}]', '{}'], [[1, { a: null }], {}]],
      ['float64', [], []],
      ['float64', [undefined, 'null'], [undefined, null]],
      ['float64', ['1', undefined, 'null', '2'], [1, undefined, null, 2]],
      ['int64', [undefined, '9007199254740993', 'null', '1', undefined], [undefined, 9007199254740993n, null, 1n, undefined]],
      ['string', ['null', '"a"', undefined, '"b"', 'null'], [null, 'a', undefined, 'b', null]],
      ['mixed', [undefined, '1', 'null', '"b"', undefined], [undefined, 1, null, 'b', undefined]],
    ];
    for (const [type, values, expected] of cases) {
      const made = column(values);
      const title = JSON.stringify(values);
      assert.equal(made.type, type, title);
      assert.deepEqual(made.toArray(), expected, title);
      for (const [i, value] of expected.entries()) {
        assert.ok(Object.is(made.get(i), value) || typeof value === 'object', title);
        assert.equal(made.has(i), value !== undefined, title);
      }
    }
  });

  it('lay their values out one after the other', () => {
    assert.deepEqual(column(['1', undefined, '2', 'null']).data, Float64Array.of(1, Number.NaN, 2, Number.NaN));
    assert.deepEqual(column(['9007199254740993', undefined]).data, BigInt64Array.of(9007199254740993n, 0n));
    const strings = column(['"a"', 'null', '"é"', '"\\ud800"']);
    assert.deepEqual(strings.data, Uint8Array.of(0x61, 0xc3, 0xa9, 0xed, 0xa0, 0x80));
    assert.deepEqual(strings.ends, Uint32Array.of(1, 1, 3, 6));
    const mixed = column(['"a"', undefined, '[ 1]']);
    assert.deepEqual([text(mixed.data as Uint8Array), mixed.ends], ['"a"[ 1]', Uint32Array.of(3, 3, 7)]);
    assert.equal(column(['1']).ends, undefined);
  });

  it('have a row for each record, and none for a blank line', () => {
    const query = new Query({ id: '/id', deep: '$.a[-1].b' });
    const table = query.columns(bytes('{"id":1}\r\n\r\n \t\n{"id":2,"a":[0,{"b":"x"}]}\n\n[]\n'));
    assert.equal(table.rows, 3);
    assert.deepEqual(table.column('id').toArray(), [1, 2, undefined]);
    assert.deepEqual(
      [table.row(0), table.row(1), table.row(2)],
      [
        { id: 1, deep: undefined },
        { id: 2, deep: 'x' },
        { id: undefined, deep: undefined },
      ],
    );
    assert.equal(query.columns(bytes('')).rows, 0);
    assert.equal(query.columns(bytes('\n \n')).rows, 0);
    assert.equal(query.columns(bytes('{}')).rows, 1);
  });

  it('keep their values when the input changes', () => {
    const input = bytes('{"a":"one","b":[1]}\n{"a":"two","b":2}');
    const table = new Query({ a: '/a', b: '/b' }).columns(input);
    input.fill(0x20);
    new Query('/x').columns(bytes('{"x":"other"}'));
    assert.deepEqual(
      [table.row(0), table.row(1)],
      [
        { a: 'one', b: [1] },
        { a: 'two', b: 2 },
      ],
    );
  });

  it('leave bad records out or fail at their place', () => {
    const input = bytes('{"a":1}\r\n\n{"a":x}\n{"a":2}\n{"a":');
    const query = new Query('/a');
    assert.deepEqual(query.columns(input, { onError: 'skip' }).column('value').toArray(), [1, 2]);
    assert.throws(
      () => query.columns(input),
      (error) => {
        assert.deepEqual(place(error), { code: 'LW_JSON_UNEXPECTED', offset: 15, line: 3, column: 6 });
        return true;
      },
    );
    const cut = bytes('{"a":1}\n{"a":\r\n{"a":2}');
    assert.deepEqual(
      failure(() => query.columns(cut)),
      { code: 'LW_JSON_END', offset: 13 },
    );
    assert.deepEqual(
      failure(() => query.columns(bytes('{"a":2,"b"}'), { check: 'all' })),
      { code: 'LW_JSON_UNEXPECTED', offset: 10 },
    );
  });

  it('refuse rows, names and options that are not there', () => {
    const query = new Query('/a');
    const table = query.columns(bytes('{"a":1}'));
    for (const row of [-1, 1, 0.5, Number.NaN]) {
      assert.throws(() => table.column('value').get(row), TypeError);
      assert.throws(() => table.column('value').has(row), TypeError);
      assert.throws(() => table.row(row), TypeError);
    }
    assert.throws(() => table.column('a' as never), TypeError);
    assert.throws(() => query.columns(bytes(''), { check: 'none' as never }), TypeError);
    assert.throws(() => query.columns(bytes(''), { onError: 'ignore' as never }), TypeError);
    assert.throws(() => query.columns('{}' as never), TypeError);
  });
});

describe('project', () => {
  const query = new Query({ b: '$.b', a: '/a', deep: '/c/0' });
  const input = bytes('{"a":1,"b":"\\u0062","x":0}\r\n\n{"c":[ [1 , 2]],"a":1.50}\n{"x":0}\n{"a":null,"b":{"k":[]}}');

  it('writes an object a record, its members in the order of the selectors, values as they are spelled', () => {
    const expected = '{"b":"\\u0062","a":1}\n{"a":1.50,"deep":[1 , 2]}\n{}\n{"b":{"k":[]},"a":null}\n';
    assert.equal(text(query.project(input)), expected);
    assert.equal(text(query.project(input, { check: 'all' })), expected);
    assert.equal(text(query.project(bytes(' \n'))), '');
  });

  it('writes MessagePack behind each other', () => {
    const expected = [{ b: 'b', a: 1 }, { a: 1.5, deep: [1, 2] }, {}, { b: { k: [] }, a: null }];
    const out = query.project(input, { to: 'msgpack' });
    assert.deepEqual([...new msgpack.Decoder().decodeMulti(out)], expected);
  });

  it('writes any name', () => {
    const names = JSON.parse('{"__proto__":"/a","\\"\\\\\\u0001é😀":"/a","\\ud800":"/a","":"/a"}');
    const out = new Query(names).project(bytes('{"a":1}'));
    assert.deepEqual(
      Object.entries(JSON.parse(text(out))),
      Object.keys(names).map((name) => [name, 1]),
    );
    const map = msgpack.decode(new Query(names).project(bytes('{"a":1}'), { to: 'msgpack' })) as object;
    assert.deepEqual(
      Object.keys(map),
      Object.keys(names).map((name) => name.replace('\ud800', '\ufffd')),
    );
  });

  it('leaves bad records out or fails at their place', () => {
    const bad = bytes('{"a":1}\n{"a":nul}\n{"a":2}\n');
    for (const to of ['ndjson', 'msgpack'] as const) {
      assert.throws(
        () => query.project(bad, { to }),
        (error) => {
          assert.deepEqual(place(error), { code: 'LW_JSON_LITERAL', offset: 16, line: 2, column: 9 });
          return true;
        },
      );
    }
    assert.equal(text(query.project(bad, { onError: 'skip' })), '{"a":1}\n{"a":2}\n');
  });

  it('takes the records that say what is asked for', () => {
    const values = [
      '1',
      '1.0',
      '-3',
      '"a"',
      '"\\u0061b"',
      'null',
      'true',
      '[1,{"x":2,"y":[]}]',
      '{"k":1e0}',
      '9007199254740993',
      undefined,
    ];
    const records = values.map((value, i) => (value === undefined ? `{"i":${i}}` : `{"i":${i},"v":{"w":[${value}]}}`));
    const taken = (where: Where) => {
      const out = text(new Query({ i: '/i' }).project(bytes(records.join('\n')), { where }));
      return out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).i);
    };
    const pointer = '/v/w/0';
    assert.deepEqual(taken({ pointer, equals: 1 }), [0, 1]);
    assert.deepEqual(taken({ pointer, equals: 'ab' }), [4]);
    assert.deepEqual(taken({ pointer, equals: null }), [5]);
    assert.deepEqual(taken({ pointer, equals: true }), [6]);
    assert.deepEqual(taken({ pointer, equals: [1, { y: [], x: 2 }] }), [7]);
    assert.deepEqual(taken({ pointer, equals: { k: 1 } }), [8]);
    assert.deepEqual(taken({ pointer, equals: { k: 1, l: undefined } }), [8]);
    assert.deepEqual(taken({ pointer, equals: 9007199254740993n }), [9]);
    assert.deepEqual(taken({ pointer, equals: 9007199254740992n }), []);
    assert.deepEqual(taken({ pointer, equals: Infinity }), []);
    assert.deepEqual(taken({ pointer, in: [-3, 'a', { k: 1 }] }), [2, 3, 8]);
    assert.deepEqual(taken({ pointer, in: [] }), []);
    assert.deepEqual(taken({ pointer, min: 1 }), [0, 1, 9]);
    assert.deepEqual(taken({ pointer, max: 1 }), [0, 1, 2]);
    assert.deepEqual(taken({ pointer, min: -3, max: 0 }), [2]);
    assert.deepEqual(taken({ pointer, min: 9007199254740993n }), [9]);
    assert.deepEqual(taken({ pointer, min: 9007199254740994n }), []);
    assert.deepEqual(taken({ pointer, min: -Infinity, max: Infinity }), [0, 1, 2, 9]);
    assert.deepEqual(taken({ pointer, exists: true }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(taken({ pointer, exists: false }), [10]);
    assert.deepEqual(taken({ pointer, matches: new Matcher(['b', 'x']) }), [4]);
    assert.deepEqual(taken({ pointer, matches: new Matcher(['A'], { ignoreCase: true }) }), [3, 4]);
    assert.deepEqual(taken({ pointer, matches: new Matcher([]) }), []);
    assert.deepEqual(taken({ pointer: '', exists: true }).length, values.length);
    assert.deepEqual(taken({ pointer: '/i', equals: 3 }), [3]);
  });

  it('refuses conditions that ask for nothing or for no JSON', () => {
    const wrong: unknown[] = [
      null,
      7,
      {},
      { pointer: '/a' },
      { equals: 1 },
      { pointer: 1, equals: 1 },
      { pointer: '/a', equals: 1, min: 2 },
      { pointer: '/a', equals: undefined },
      { pointer: '/a', equals: Number.NaN },
      { pointer: '/a', equals: [Number.POSITIVE_INFINITY] },
      { pointer: '/a', equals: () => 1 },
      { pointer: '/a', equals: [1n] },
      { pointer: '/a', in: 7 },
      { pointer: '/a', in: [undefined] },
      { pointer: '/a', min: Number.NaN },
      { pointer: '/a', max: '1' },
      { pointer: '/a', exists: 1 },
      { pointer: '/a', matches: /a/ },
      { pointer: '/a', matches: {} },
    ];
    for (const where of wrong) assert.throws(() => query.project(input, { where: where as Where }), TypeError, String(where));
    assert.throws(() => query.project(input, { to: 'csv' as never }), TypeError);
    for (const [pointer, offset] of [
      ['a', 0],
      ['$.a', 0],
      ['/a~', 3],
      ['/é~2', 3],
    ] as const) {
      assert.deepEqual(
        failure(() => query.project(input, { where: { pointer, exists: true } })),
        { code: 'LW_POINTER', offset },
      );
    }
    const deep = JSON.parse(`${'['.repeat(1025)}${']'.repeat(1025)}`);
    assert.deepEqual(
      failure(() => query.project(input, { where: { pointer: '/a', equals: deep } })),
      { code: 'LW_DEPTH', offset: -1 },
    );
  });

  it('takes conditions and inputs of any size', () => {
    const list = Array.from({ length: 10_000 }, (_, i) => `name ${i}`);
    const records = bytes(list.map((name, i) => JSON.stringify({ a: i, name })).join('\n'));
    assert.deepEqual(query.project(records, { where: { pointer: '/name', in: list } }), query.project(records));
    assert.equal(text(query.project(records, { where: { pointer: '/name', in: list.slice(-1) } })), '{"a":9999}\n');
    assert.deepEqual(
      query.columns(records).column('a').data,
      Float64Array.from(list, (_, i) => i),
    );
  });
});

describe('projectStream', () => {
  async function run(chunks: readonly Uint8Array[], stream: TransformStream<Uint8Array, Uint8Array>): Promise<Uint8Array[]> {
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    const out: Uint8Array[] = [];
    const reader = source.pipeThrough(stream).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) out.push(next.value);
    return out;
  }

  const query = new Query({ a: '/a' });

  it('gives each record as soon as its line is complete', async () => {
    const stream = query.projectStream();
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    const next = async () => text((await reader.read()).value as Uint8Array);
    void writer.write(bytes('{"a":1}\n{"a":'));
    assert.equal(await next(), '{"a":1}\n');
    void writer.write(bytes('2'));
    void writer.write(bytes('}\r\n\n{"a":3}\n{"a":4'));
    assert.equal(await next(), '{"a":2}\n');
    assert.equal(await next(), '{"a":3}\n');
    void writer.write(bytes('}'));
    void writer.close();
    assert.equal(await next(), '{"a":4}\n');
    assert.equal((await reader.read()).done, true);
  });

  it('does not keep the chunks that it was given', async () => {
    const stream = query.projectStream();
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    const chunk = bytes('{"a":"kept');
    const written = writer.write(chunk);
    const read = reader.read();
    await written;
    chunk.fill(0);
    void writer.write(bytes('"}\n'));
    assert.equal(text((await read).value as Uint8Array), '{"a":"kept"}\n');
  });

  it('counts offset, line and column from the start of the stream', async () => {
    const whole = '{"a":1}\n\n{"a":2}\r\n{"a":"é"}\n{"a":x}\n{"a":3}';
    for (let cut = 0; cut <= whole.length; cut++) {
      const utf8 = bytes(whole);
      const chunks = [utf8.subarray(0, cut), utf8.subarray(cut)];
      const expected = { code: 'LW_JSON_UNEXPECTED', offset: 34, line: 5, column: 6 };
      await assert.rejects(run(chunks, query.projectStream()), (error) => {
        assert.deepEqual(place(error), expected);
        return true;
      });
      const rest = (await run(chunks, query.projectStream({ onError: 'skip' }))).map(text).join('');
      assert.equal(rest, '{"a":1}\n{"a":2}\n{"a":"é"}\n{"a":3}\n');
    }
  });

  it('takes the options of project', async () => {
    const chunks = [bytes('{"a":1,"b":"x"}\n{"a":2,'), bytes('"b":"y"}')];
    const out = await run(chunks, query.projectStream({ where: { pointer: '/b', matches: new Matcher(['y']) }, to: 'msgpack' }));
    assert.deepEqual(
      out.map((value) => msgpack.decode(value)),
      [{ a: 2 }],
    );
    assert.throws(() => query.projectStream({ to: 'csv' as never }), TypeError);
    await assert.rejects(run(['{}' as never], query.projectStream()), TypeError);
    assert.deepEqual(
      failure(() => query.projectStream({ where: { pointer: 'a', exists: true } })),
      { code: 'LW_POINTER', offset: 0 },
    );
  });
});

describe('projectAsync', () => {
  const query = new Query({ a: '/a' });
  const line = '{"a":1,"pad":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}\n';
  const large = bytes(line.repeat(20_000));

  it('gives what project gives, also of more than a thread is not worth', async () => {
    const where: Where = { pointer: '/pad', matches: new Matcher(['xxx']) };
    for (const input of [bytes(line), large]) {
      for (const options of [{}, { to: 'msgpack' }, { where }, { where: { pointer: '/a', equals: 2 } }] as const) {
        const copy = input.slice();
        const promise = query.projectAsync(copy, options);
        copy.fill(0x20);
        assert.deepEqual(await promise, query.project(input, options));
      }
    }
  });

  it('runs many at once, each with its own query', async () => {
    const runs = Array.from({ length: 8 }, (_, i) => new Query({ [`k${i}`]: '/a' }).projectAsync(large));
    for (const [i, run] of (await Promise.all(runs)).entries()) assert.equal(text(run.subarray(0, 9)), `{"k${i}":1}\n`);
  });

  it('fails as project does', async () => {
    const bad = bytes(`${line.repeat(20_000)}{"a":x}`);
    await assert.rejects(query.projectAsync(bad), (error) => {
      assert.deepEqual(place(error), { code: 'LW_JSON_UNEXPECTED', offset: bad.length - 2, line: 20_001, column: 6 });
      return true;
    });
    const where = { pointer: '/a~', exists: true };
    await assert.rejects(query.projectAsync(large, { where }), { code: 'LW_POINTER', offset: 3 });
    await assert.rejects(query.projectAsync('{}' as never), TypeError);
  });

  it('is given up when its signal is aborted', async () => {
    await assert.rejects(query.projectAsync(large, { signal: AbortSignal.abort('why') }), { code: 'LW_ABORTED', cause: 'why' });
    const controller = new AbortController();
    const promise = query.projectAsync(large, { signal: controller.signal });
    controller.abort();
    await assert.rejects(promise, { code: 'LW_ABORTED' });
    await assert.rejects(query.projectAsync(large, { signal: {} as never }), TypeError);
  });
});
