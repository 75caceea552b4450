import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { json, LanewiseError } from 'lanewise';
import { bytes, failure, text } from './helpers.ts';

/** The text and its bytes give the same. */
function both(call: (input: string | Uint8Array) => Uint8Array, input: string): string {
  const result = text(call(bytes(input)));
  assert.equal(text(call(input)), result);
  return result;
}

function message(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof LanewiseError);
    return error.message;
  }
  assert.fail('nothing was thrown');
}

const INDENTS = [undefined, 0, 1, 2, 3, 10, 11, 1e9, Infinity, -1, -Infinity, NaN, 2.9, '', ' ', '\t', '--', 'é', '😀', '12345678901'];

describe('json.prettify', () => {
  const document = '{"a":[1,{"b":[]},{},[[]]],"":"]\\"{","c":{"d":null}}';

  for (const indent of INDENTS) {
    it(`lays out as JSON.stringify does with the indent ${JSON.stringify(indent)}`, () => {
      const expected = JSON.stringify(JSON.parse(document), null, indent ?? 2);
      assert.equal(
        both((input) => json.prettify(input, indent === undefined ? {} : { indent }), document),
        expected,
      );
    });
  }

  it('takes an indent below one as none, which the standard says and V8 does not do', () => {
    assert.equal(text(json.prettify('[ 1 ]', { indent: 0.5 })), '[1]');
  });

  it('keeps spellings, order and duplicate keys', () => {
    assert.equal(
      both((input) => json.prettify(input), ' {"2":1.00,"1" : "\\u0041\\/","2":-0} '),
      '{\n  "2": 1.00,\n  "1": "\\u0041\\/",\n  "2": -0\n}',
    );
    assert.equal(
      both((input) => json.prettify(input, { indent: 0 }), ' [ 1E5 , {} ] '),
      '[1E5,{}]',
    );
  });

  it('takes only the first ten units of an indent, even where they end in half a character', () => {
    const indent = '123456789😀';
    assert.deepEqual(json.prettify('[1]', { indent }), bytes(JSON.stringify([1], null, indent)));
  });

  it('escapes a lone surrogate of a string', () => {
    assert.equal(text(json.prettify('["\ud800","😀"]')), '[\n  "\\ud800",\n  "😀"\n]');
  });

  it('fails as validate does', () => {
    assert.deepEqual(
      failure(() => json.prettify('["é",x]')),
      { code: 'LW_JSON_UNEXPECTED', offset: 5 },
    );
    assert.deepEqual(
      failure(() => json.prettify(bytes('["é",x]'))),
      { code: 'LW_JSON_UNEXPECTED', offset: 6 },
    );
    assert.deepEqual(
      failure(() => json.prettify('["\ud800",x]')),
      { code: 'LW_JSON_UNEXPECTED', offset: 5 },
    );
    assert.deepEqual(
      failure(() => json.prettify('['.repeat(1025))),
      { code: 'LW_DEPTH', offset: 1024 },
    );
  });

  it('refuses a result that nothing can hold before it is made', () => {
    const deep = `${'['.repeat(1000)}${'0,'.repeat(450_000)}0${']'.repeat(1000)}`;
    assert.deepEqual(
      failure(() => json.prettify(deep, { indent: 10 })),
      { code: 'LW_SIZE', offset: -1 },
    );
    assert.equal(text(json.prettify('[1]', { indent: 1 })), '[\n 1\n]', 'the next call is fine');
  });

  it('fails with LW_SIZE when the host has no memory for the result', () => {
    const large = `[${'1,'.repeat(100_000)}1]`;
    const original = globalThis.Uint8Array;
    const poor = new Proxy(original, {
      construct(target, args) {
        if (args[0] > 500_000) throw new RangeError('Array buffer allocation failed');
        return Reflect.construct(target, args);
      },
    });
    const input = bytes(large);
    let outcome: unknown;
    globalThis.Uint8Array = poor;
    try {
      outcome = failure(() => json.prettify(input, { indent: 10 }));
    } finally {
      globalThis.Uint8Array = original;
    }
    assert.deepEqual(outcome, { code: 'LW_SIZE', offset: -1 });
    assert.equal(json.prettify(input, { indent: 10 }).length, 100_001 * 13 + 2, 'the next call is fine');
  });

  it('takes large results over', () => {
    const value = Array.from({ length: 5000 }, (_, i) => ({ i, name: `n${i}`, é: [i, [i]] }));
    const input = JSON.stringify(value);
    const expected = JSON.stringify(value, null, 3);
    assert.equal(
      both((given) => json.prettify(given, { indent: 3 }), input),
      expected,
    );
  });

  it('throws TypeError for arguments of another type', () => {
    for (const indent of [null, true, {}, [], 1n]) assert.throws(() => json.prettify('1', { indent } as never), TypeError);
    for (const input of [undefined, null, 1, {}, new ArrayBuffer(1)]) assert.throws(() => json.prettify(input as never), TypeError);
  });
});

describe('json.canonicalize', () => {
  const canonical = (input: string) => both((given) => json.canonicalize(given), input);

  it('follows the examples of RFC 8785', () => {
    assert.equal(
      canonical(`{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
        "literals": [null, true, false]
      }`),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    assert.equal(
      canonical('{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}'),
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
  });

  it('refuses what I-JSON rules out, in the unit of the input', () => {
    const cases: [string, string, number, number?][] = [
      ['["é",1e400]', 'LW_JSON_NUMBER_RANGE', 6, 5],
      ['["é","\\ud800"]', 'LW_JSON_ESCAPE', 7, 6],
      ['{"é":1,"b":2,"é":3}', 'LW_JSON_DUPLICATE_KEY', 17, 15],
      ['{"b":1e999,"a":1,"a":1}', 'LW_JSON_NUMBER_RANGE', 5],
      ['{"a":1e999', 'LW_JSON_END', 10],
    ];
    for (const [input, code, offset, unitOffset = offset] of cases) {
      assert.deepEqual(
        failure(() => json.canonicalize(bytes(input))),
        { code, offset },
      );
      assert.deepEqual(
        failure(() => json.canonicalize(input)),
        { code, offset: unitOffset },
      );
    }
  });

  it('refuses a lone surrogate of a string where it is, unless something comes before it', () => {
    assert.deepEqual(
      failure(() => json.canonicalize('["é😀","\ud800"]')),
      { code: 'LW_JSON_ESCAPE', offset: 8 },
    );
    assert.deepEqual(
      failure(() => json.canonicalize('{"a":1e999,"b":"\udc00\udc00"}')),
      { code: 'LW_JSON_NUMBER_RANGE', offset: 5 },
    );
    assert.deepEqual(
      failure(() => json.canonicalize('{"\udc00\\u0041":"\udc00","b":2}')),
      { code: 'LW_JSON_ESCAPE', offset: 2 },
    );
    assert.equal(text(json.canonicalize('["\ud83d\\ude00"]')), '["😀"]', 'as JSON.parse has it');
    assert.deepEqual(
      failure(() => json.canonicalize('["\ud83d\\ude00\ud83d\\ude00",1e999,"\ud800"]')),
      { code: 'LW_JSON_NUMBER_RANGE', offset: 18 },
    );
    assert.deepEqual(
      failure(() => json.canonicalize('["\ud800" x]')),
      { code: 'LW_JSON_UNEXPECTED', offset: 5 },
    );
  });
});

describe('json.patch', () => {
  const patched = (input: string, patch: unknown) => text(json.patch(bytes(input), patch));

  it('takes operations as a value, as a string and as bytes', () => {
    const operations = [
      { op: 'test', path: '/a/0', value: 1 },
      { op: 'replace', path: '/a/0', value: 'é\ud800' },
      { op: 'move', from: '/b', path: '/c' },
      { op: 'copy', from: '/c', path: '/a/-' },
      { op: 'remove', path: '/d' },
      { op: 'add', path: '/x~1y', value: { z: [] } },
    ];
    const input = '{"a":[1.0],"b":1e2,"d":0}';
    const expected = '{"a":["é\\ud800",1e2],"c":1e2,"x/y":{"z":[]}}';
    assert.equal(patched(input, operations), expected);
    assert.equal(patched(input, JSON.stringify(operations, null, 2)), expected);
    assert.equal(patched(input, bytes(JSON.stringify(operations))), expected);
    assert.equal(patched(input, Buffer.from(JSON.stringify(operations))), expected);
    assert.equal(patched('1', '[{"op":"add","path":"","value":"\ud800"}]'), '"\\ud800"');
  });

  it('keeps the bytes of what it does not touch', () => {
    const input = '{\n  "a" : [ 1.00 , 1E5 ],\n  "b": {"\\u0061":  [ ]},\n  "c": 1\n}\n';
    assert.equal(patched(input, [{ op: 'remove', path: '/c' }]), '{\n  "a" : [ 1.00 , 1E5 ],\n  "b": {"\\u0061":  [ ]}\n}\n');
    assert.equal(patched(input, [{ op: 'add', path: '/b/a/0', value: 1 }]), input.replace('[ ]', '[1]'));
    assert.equal(patched(input, [{ op: 'test', path: '/a', value: [1, 100000] }]), input);
    assert.equal(patched(input, []), input);
  });

  it('names the operation that fails, and writes nothing', () => {
    const good = { op: 'add', path: '/a', value: 1 };
    const cases: [unknown, string, string][] = [
      [[good, { op: 'test', path: '/a', value: 2 }], 'LW_PATCH_TEST', 'operation 1'],
      [[good, good, { op: 'remove', path: '/b' }], 'LW_PATCH', 'operation 2'],
      [[{ op: 'remove', path: 'b' }], 'LW_POINTER', 'operation 0'],
      [[good, 1], 'LW_PATCH', 'operation 1'],
      [{}, 'LW_PATCH', 'it is no array'],
      ['null', 'LW_PATCH', 'it is no array'],
    ];
    const input = bytes('{}');
    for (const [patch, code, detail] of cases) {
      assert.deepEqual(
        failure(() => json.patch(input, patch)),
        { code, offset: -1 },
      );
      assert.ok(message(() => json.patch(input, patch)).endsWith(`: ${detail}`));
    }
    assert.equal(text(input), '{}');
  });

  it('says where the input or the text of the patch is broken', () => {
    assert.deepEqual(
      failure(() => json.patch(bytes('["é",]'), [{}])),
      { code: 'LW_JSON_UNEXPECTED', offset: 6 },
    );
    assert.deepEqual(
      failure(() => json.patch(bytes('[]'), '["é",]')),
      { code: 'LW_JSON_UNEXPECTED', offset: 5 },
    );
    assert.deepEqual(
      failure(() => json.patch(bytes('[]'), bytes('["é",]'))),
      { code: 'LW_JSON_UNEXPECTED', offset: 6 },
    );
    assert.deepEqual(
      failure(() => json.patch(bytes('[x'), bytes('[y'))),
      { code: 'LW_JSON_UNEXPECTED', offset: 1 },
    );
    let deep: unknown[] = [];
    for (let i = 0; i < 1100; i++) deep = [deep];
    assert.deepEqual(
      failure(() => json.patch(bytes('[]'), deep)),
      { code: 'LW_DEPTH', offset: -1 },
    );
    for (let i = 0; i < 100_000; i++) deep = [deep];
    assert.deepEqual(
      failure(() => json.patch(bytes('[]'), deep)),
      { code: 'LW_DEPTH', offset: -1 },
    );
  });

  it('takes documents and patches of any size', () => {
    const input = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ i })));
    const operations = Array.from({ length: 5000 }, (_, i) => ({ op: 'replace', path: `/${i * 3}/i`, value: -i }));
    const value = JSON.parse(input);
    for (const [i, { value: replacement }] of operations.entries()) value[i * 3].i = replacement;
    assert.equal(patched(input, operations), JSON.stringify(value));
    assert.equal(patched('[0]', operations.slice(0, 0)), '[0]');
    assert.equal(patched(input, [{ op: 'replace', path: '', value: 1 }]), '1');
    assert.equal(patched('1', [{ op: 'replace', path: '', value }]), JSON.stringify(value));
  });

  it('refuses a document that doubles without end', () => {
    const operations = Array.from({ length: 64 }, () => ({ op: 'copy', from: '', path: '/-' }));
    assert.deepEqual(
      failure(() => json.patch(bytes('[]'), operations)),
      { code: 'LW_SIZE', offset: -1 },
    );
  });

  it('is not disturbed by a patch that runs code', () => {
    const patch = {
      toJSON() {
        json.minify(' [ 1 ] ');
        return [{ op: 'add', path: '/-', value: 2 }];
      },
    };
    assert.equal(patched('[1]', patch), '[1,2]');
  });

  it('throws TypeError for what JSON cannot hold, and for input of another type', () => {
    for (const patch of [undefined, () => 1, Symbol('a'), [1n]]) assert.throws(() => json.patch(bytes('1'), patch), TypeError);
    for (const input of ['1', undefined, {}]) assert.throws(() => json.patch(input as never, []), TypeError);
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    assert.equal(failure(() => json.patch(shared, [])).code, 'LW_SHARED_INPUT');
    assert.equal(failure(() => json.patch(bytes('1'), shared)).code, 'LW_SHARED_INPUT');
  });
});

describe('json.mergePatch', () => {
  const merged = (input: string, patch: unknown) => text(json.mergePatch(bytes(input), patch));

  it('follows appendix A of RFC 7396', () => {
    const cases: [string, string, string][] = [
      ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
      ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
      ['{"a":"b"}', '{"a":null}', '{}'],
      ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
      ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
      ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
      ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
      ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
      ['["a","b"]', '["c","d"]', '["c","d"]'],
      ['{"a":"b"}', '["c"]', '["c"]'],
      ['{"a":"foo"}', 'null', 'null'],
      ['{"a":"foo"}', '"bar"', '"bar"'],
      ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
      ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
      ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
    ];
    for (const [input, patch, expected] of cases) {
      assert.equal(merged(input, JSON.parse(patch)), expected);
      assert.equal(merged(input, bytes(patch)), expected);
    }
  });

  it('takes a string as a value', () => {
    assert.equal(merged('{"a":1}', '{"a":2}'), '"{\\"a\\":2}"');
  });

  it('keeps the bytes of what the patch does not name', () => {
    assert.equal(merged('{\n "a" : 1.0 ,\n "b": [ ]\n}', { c: { d: null }, b: null }), '{\n "a" : 1.0 ,\n "c" : {}\n}');
  });

  it('fails as patch does', () => {
    assert.deepEqual(
      failure(() => json.mergePatch(bytes('["é",]'), {})),
      { code: 'LW_JSON_UNEXPECTED', offset: 6 },
    );
    assert.deepEqual(
      failure(() => json.mergePatch(bytes('1'), bytes('{"a"}'))),
      { code: 'LW_JSON_UNEXPECTED', offset: 4 },
    );
    assert.throws(() => json.mergePatch(bytes('1'), undefined), TypeError);
    assert.throws(() => json.mergePatch('1' as never, {}), TypeError);
  });
});
