import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { json } from 'lanewise';
import { bytes, failure, text } from './helpers.ts';

describe('json.parse', () => {
  it('gives what JSON.parse gives, of bytes and of strings, short and long', () => {
    const long = 'x'.repeat(5000);
    for (const source of [
      'null',
      ' -0 ',
      '1e400',
      '"\\ud800"',
      '"é\\u0000😀"',
      '{"a":1,"a":[2],"1":3}',
      `["${long}","é${long}","日本${long}",{"ÿ":"\\n"}]`,
      ` [ ${'[1, "a b" ] ,\n'.repeat(2000)} {} ]`,
    ]) {
      const expected = JSON.parse(source);
      for (const input of [source, bytes(source)]) {
        const value = json.parse(input);
        assert.deepEqual(value, expected);
        assert.equal(Object.is(value, -0), Object.is(expected, -0));
        assert.deepEqual(Object.keys(Object(value)), Object.keys(Object(expected)));
      }
    }
  });

  it('takes texts of every form and length, with white space anywhere', () => {
    const strings = ['abc', 'é ÿ', 'Привет, мир', '日本 語', '😀 \\" \\\\', ' \n\t ', '\u0800\uffff\u{10000}\u{10ffff}'];
    for (let shift = 0; shift < 70; shift++) {
      const value = { [' '.repeat(shift)]: [shift, -0.5, true, null, strings, {}], x: strings.slice(shift % 3, shift % 7) };
      for (const indent of [0, 1, 7, '\t']) {
        const source = `${' \r\n'.repeat(shift)}${JSON.stringify(Array(20).fill(value), null, indent)}\n `;
        assert.deepEqual(json.parse(bytes(source)), JSON.parse(source));
        for (const joint of ['1 2', 'tru e', '- 1', '1. 5', '"a" "b"', '[] []', '1 "a"', '\\ "']) {
          const broken = bytes(`[${source},${joint}]`);
          assert.deepEqual(
            failure(() => json.parse(broken)),
            failure(() => json.validate(broken)),
          );
        }
      }
    }
  });

  it('gives values of the caller, which the next call does not touch', () => {
    const source = (text: string) => bytes(`[ "${text.repeat(100_000)}" ]`);
    const first = json.parse(source('é')) as string[];
    const second = json.parse(source('д')) as string[];
    assert.equal(first[0], 'é'.repeat(100_000));
    assert.equal(second[0], 'д'.repeat(100_000));
  });

  it('fails as json.validate does', () => {
    const pad = ' '.repeat(3000);
    for (const broken of ['', '[1,]', '{"a":1', 'nul!', '01', '\ufeff[]', '[1]\u0000', '["\u0000"]', '"é', '["é",x]', '"\\x"', '1 2']) {
      for (const source of [broken, broken + pad, pad + broken]) {
        assert.deepEqual(
          failure(() => json.parse(source)),
          failure(() => json.validate(source)),
        );
        assert.deepEqual(
          failure(() => json.parse(bytes(source))),
          failure(() => json.validate(bytes(source))),
        );
      }
    }
    for (const size of [0, 100, 5000]) {
      const bad = Uint8Array.from([...bytes(`["${'a'.repeat(size)}`), 0xc3, 0x22, 0x5d]);
      assert.deepEqual(
        failure(() => json.parse(bad)),
        { code: 'LW_UTF8', offset: size + 2 },
      );
    }
    assert.equal(json.parse(bytes('"\ufffd"')), '\ufffd');
  });

  it('keeps the limits', () => {
    const nest = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    for (const form of [(source: string) => source, bytes]) {
      assert.ok(json.parse(form(nest(1024))));
      assert.deepEqual(
        failure(() => json.parse(form(nest(1025)))),
        { code: 'LW_DEPTH', offset: 1024 },
      );
      assert.deepEqual(
        failure(() => json.parse(form('[[1]]'), { depthMax: 1 })),
        { code: 'LW_DEPTH', offset: 1 },
      );
      assert.deepEqual(
        failure(() => json.parse(form('[]'), { depthMax: 0 })),
        { code: 'LW_DEPTH', offset: 0 },
      );
      assert.equal(json.parse(form('1'), { depthMax: 0 }), 1);
      assert.deepEqual(
        failure(() => json.parse(form('[1,2]'), { sizeMax: 4 })),
        { code: 'LW_SIZE', offset: 4 },
      );
      assert.deepEqual(
        failure(() => json.parse(form('{"a":1,"\\u0061":2}'), { duplicateKeys: 'error' })),
        { code: 'LW_JSON_DUPLICATE_KEY', offset: 14 },
      );
    }
    const deep = json.parse(bytes(nest(1_000_000)), { depthMax: 1_000_000 });
    let levels = 0;
    for (let inner = deep; Array.isArray(inner); inner = inner[0]) levels++;
    assert.equal(levels, 1_000_000);
  });

  it('keeps raw lone surrogates of a string', () => {
    assert.equal(json.parse('"a\ud800"'), 'a\ud800');
    assert.equal(
      json
        .parse(`["\ud800${'x'.repeat(3000)}"]`, { duplicateKeys: 'error' })
        ?.toString()
        .charCodeAt(0),
      0xd800,
    );
    assert.deepEqual(json.parse('["\udc00", 9007199254740993]', { bigint: 'auto' }), ['\udc00', 9007199254740993n]);
  });

  it('makes a BigInt of an integer outside the safe range when it is asked to', () => {
    const cases: [string, unknown][] = [
      ['9007199254740991', 9007199254740991],
      ['9007199254740992', 9007199254740992n],
      ['-9007199254740991', -9007199254740991],
      ['-9007199254740993', -9007199254740993n],
      ['123456789012345678901234567890', 123456789012345678901234567890n],
      ['9007199254740993.0', 9007199254740992],
      ['9007199254740993e0', 9007199254740992],
      ['1E400', Number.POSITIVE_INFINITY],
      ['0.12345678901234567890', 0.12345678901234568],
      ['1e-12345678901234567890', 0],
      ['"9007199254740993"', '9007199254740993'],
      ['["[9007199254740993]",{"9007199254740993":1}]', ['[9007199254740993]', { '9007199254740993': 1 }]],
      ['[1,9007199254740993 ,{"a":[[9007199254740993],"\\n",null]}]', [1, 9007199254740993n, { a: [[9007199254740993n], '\n', null] }]],
      ['{"a":9007199254740993,"b":1,"a":2}', { a: 2, b: 1 }],
      ['{"a":2,"b":{},"a":9007199254740993}', { a: 9007199254740993n, b: {} }],
      ['\t9007199254740993\n', 9007199254740993n],
    ];
    for (const [source, expected] of cases) {
      for (const input of [source, bytes(source)]) {
        assert.deepEqual(json.parse(input, { bigint: 'auto' }), expected, source);
        assert.deepEqual(json.parse(input, { bigint: 'never' }), JSON.parse(source));
      }
    }
    assert.ok(Object.is(json.parse('-0', { bigint: 'auto' }), -0));
    const value = json.parse('{"__proto__":9007199254740993,"toString":[9007199254740993]}', { bigint: 'auto' }) as object;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.deepEqual(Object.entries(value), [
      ['__proto__', 9007199254740993n],
      ['toString', [9007199254740993n]],
    ]);
    assert.deepEqual(
      failure(() => json.parse('[9007199254740993', { bigint: 'auto' })),
      { code: 'LW_JSON_END', offset: 17 },
    );
  });

  it('makes BigInts at a depth that no stack bears', () => {
    const depth = 500_000;
    const source = `${'[{"a":'.repeat(depth)}9007199254740993${'}]'.repeat(depth)}`;
    let inner = json.parse(bytes(source), { bigint: 'auto', depthMax: 2 * depth });
    while (Array.isArray(inner)) inner = inner[0].a;
    assert.equal(inner, 9007199254740993n);
  });

  it('refuses what is no text and no bytes', () => {
    for (const input of [undefined, null, 1, {}, new ArrayBuffer(1)]) assert.throws(() => json.parse(input as never), TypeError);
    assert.deepEqual(
      failure(() => json.parse(new Uint8Array(new SharedArrayBuffer(1)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
  });
});

describe('json.stringify', () => {
  it('gives the UTF-8 of JSON.stringify', () => {
    for (const value of [null, 1, 'é😀', '\ud800', [undefined, () => 1], { a: { toJSON: () => [1] }, b: undefined }, new Date(0)]) {
      assert.equal(text(json.stringify(value)), JSON.stringify(value));
    }
  });

  it('throws TypeError for what has no JSON text', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [undefined, () => 1, Symbol('a'), { toJSON: () => undefined }, 1n, cycle]) {
      assert.throws(() => json.stringify(value), TypeError);
    }
  });
});
