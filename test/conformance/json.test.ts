import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { json, LanewiseError } from 'lanewise';
import { bytes, failure, text } from './helpers.ts';

const VALID = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '1',
  '-1.5e+10',
  '1E-2',
  '""',
  '"a"',
  '[]',
  '{}',
  ' [ 1 , 2 ] ',
  '{"a":{"b":[null]}}',
  '\t\r\n 1 \n',
  '"\\u0041\\n\\"\\\\\\/\\b\\f\\r\\t"',
  '"\\ud800"',
  '"日本語 😀"',
  '{"":""}',
  '{"a":1,"a":2}',
  '123456789012345678901234567890',
  '1e400',
];

/** Text, code, offset in bytes of UTF-8, and in UTF-16 units where that differs. */
const INVALID: [string, string, number, number?][] = [
  ['', 'LW_JSON_END', 0],
  ['  ', 'LW_JSON_END', 2],
  ['[1,2', 'LW_JSON_END', 4],
  ['{"a":', 'LW_JSON_END', 5],
  ['"abc', 'LW_JSON_END', 4],
  ['"é', 'LW_JSON_END', 3, 2],
  ['tru', 'LW_JSON_END', 3],
  ['-', 'LW_JSON_END', 1],
  ['1.', 'LW_JSON_END', 2],
  ['1e', 'LW_JSON_END', 2],
  ['"\\u12', 'LW_JSON_END', 5],
  ['[1,]', 'LW_JSON_UNEXPECTED', 3],
  ['{,}', 'LW_JSON_UNEXPECTED', 1],
  ['{"a" 1}', 'LW_JSON_UNEXPECTED', 5],
  ['{"a":1,}', 'LW_JSON_UNEXPECTED', 7],
  ['[1 2]', 'LW_JSON_UNEXPECTED', 3],
  ['[}', 'LW_JSON_UNEXPECTED', 1],
  ["'a'", 'LW_JSON_UNEXPECTED', 0],
  ['\u00a0 1', 'LW_JSON_UNEXPECTED', 0],
  ['\ufeff1', 'LW_JSON_UNEXPECTED', 0],
  ['["é",x]', 'LW_JSON_UNEXPECTED', 6, 5],
  ['["😀",x]', 'LW_JSON_UNEXPECTED', 8, 6],
  ['nul!', 'LW_JSON_LITERAL', 3],
  ['falze', 'LW_JSON_LITERAL', 3],
  ['01', 'LW_JSON_NUMBER', 1],
  ['-x', 'LW_JSON_NUMBER', 1],
  ['1.x', 'LW_JSON_NUMBER', 2],
  ['1e+x', 'LW_JSON_NUMBER', 3],
  ['"a\nb"', 'LW_JSON_CONTROL', 2],
  ['"a\u0000"', 'LW_JSON_CONTROL', 2],
  ['"\\x"', 'LW_JSON_ESCAPE', 2],
  ['"\\u12G4"', 'LW_JSON_ESCAPE', 5],
  ['1 2', 'LW_JSON_TRAILING', 2],
  ['{} x', 'LW_JSON_TRAILING', 3],
];

const BAD_UTF8: [number[], number][] = [
  [[0x22, 0xff, 0x22], 1],
  [[0x22, 0xc0, 0x80, 0x22], 1],
  [[0x22, 0xed, 0xa0, 0x80, 0x22], 1],
  [[0x22, 0x61, 0xe2, 0x82, 0x22], 2],
  [[0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 1],
];

describe('json.validate', () => {
  for (const valid of VALID) {
    it(`accepts ${JSON.stringify(valid)} as bytes and as a string`, () => {
      for (const input of [valid, bytes(valid)]) {
        assert.equal(json.validate(input), undefined);
        assert.equal(json.isValid(input), true);
      }
    });
  }
  for (const [invalid, code, offset, unitOffset = offset] of INVALID) {
    it(`refuses ${JSON.stringify(invalid)} with ${code} at ${offset}`, () => {
      assert.deepEqual(
        failure(() => json.validate(bytes(invalid))),
        { code, offset },
      );
      assert.deepEqual(
        failure(() => json.validate(invalid)),
        { code, offset: unitOffset },
      );
      assert.equal(json.isValid(bytes(invalid)), false);
      assert.equal(json.isValid(invalid), false);
      assert.deepEqual(
        failure(() => json.minify(bytes(invalid))),
        { code, offset },
      );
      assert.deepEqual(
        failure(() => json.minify(invalid)),
        { code, offset: unitOffset },
      );
      assert.deepEqual(
        failure(() => json.get(bytes(invalid), '')),
        { code, offset },
      );
    });
  }
  for (const [invalid, offset] of BAD_UTF8) {
    it(`refuses the bytes ${invalid} with LW_UTF8 at ${offset}`, () => {
      assert.deepEqual(
        failure(() => json.validate(Uint8Array.from(invalid))),
        { code: 'LW_UTF8', offset },
      );
    });
  }

  it('says line and column of an error, in the unit of the input', () => {
    const broken = '{\n  "é": 1,\n  "b": x\n}';
    const error = thrown(() => json.validate(bytes(broken)));
    assert.deepEqual([error.line, error.column], [3, 8]);
    const inUnits = thrown(() => json.validate('{ "é": x }'));
    assert.deepEqual([inUnits.line, inUnits.column], [1, 8]);
  });

  it('allows depthMax containers, and fails at the bracket that goes deeper', () => {
    const nest = (depth: number) => bytes('['.repeat(depth) + ']'.repeat(depth));
    assert.equal(json.isValid(nest(1024)), true);
    assert.deepEqual(
      failure(() => json.validate(nest(1025))),
      { code: 'LW_DEPTH', offset: 1024 },
    );
    assert.deepEqual(
      failure(() => json.validate(nest(10_000))),
      { code: 'LW_DEPTH', offset: 1024 },
    );
    assert.equal(json.isValid(nest(10_000), { depthMax: 10_000 }), true);
    assert.deepEqual(
      failure(() => json.validate('[[1]]', { depthMax: 1 })),
      { code: 'LW_DEPTH', offset: 1 },
    );
    assert.equal(json.isValid('1', { depthMax: 0 }), true);
    assert.deepEqual(
      failure(() => json.validate('[]', { depthMax: 0 })),
      { code: 'LW_DEPTH', offset: 0 },
    );
  });

  it('refuses a duplicate key only when it is asked to', () => {
    assert.equal(json.isValid('{"a":1,"\\u0061":2}'), true);
    assert.deepEqual(
      failure(() => json.validate('{"a":1,"\\u0061":2}', { duplicateKeys: 'error' })),
      { code: 'LW_JSON_DUPLICATE_KEY', offset: 14 },
    );
    assert.equal(json.isValid('{"a":{"a":1},"b":{"a":2}}', { duplicateKeys: 'error' }), true);
  });

  it('refuses input above sizeMax', () => {
    assert.deepEqual(
      failure(() => json.validate('[1,2]', { sizeMax: 4 })),
      { code: 'LW_SIZE', offset: 4 },
    );
    assert.equal(json.isValid('[1,2]', { sizeMax: 4 }), false);
    assert.equal(json.isValid('[1,2]', { sizeMax: 5 }), true);
  });

  it('refuses a view on shared memory, and takes any other Uint8Array', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    assert.deepEqual(
      failure(() => json.isValid(shared)),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
    assert.equal(json.isValid(Buffer.from('[1]')), true);
    assert.equal(json.isValid(bytes('xx[1]xx').subarray(2, 5)), true);
  });

  it('throws TypeError for what is neither a string nor bytes', () => {
    for (const input of [undefined, null, 1, {}, [1], new Uint16Array(1), new ArrayBuffer(1)]) {
      assert.throws(() => json.validate(input as never), TypeError);
    }
  });
});

describe('json.minify', () => {
  it('drops white space and keeps the spelling of strings and numbers', () => {
    const spaced = ' {\n "a b" : [ 1.00 , -0 , 1E5 , "\\u0041 \\/ \t" ] ,\r\n\t"é" : null } '.replace('\t"', '"').replace(' \t', ' ');
    const expected = '{"a b":[1.00,-0,1E5,"\\u0041 \\/ "],"é":null}';
    assert.equal(text(json.minify(spaced)), expected);
    assert.equal(text(json.minify(bytes(spaced))), expected);
  });

  it('escapes a lone surrogate of a string, which UTF-8 cannot hold', () => {
    assert.equal(text(json.minify('["\ud800", "😀"]')), '["\\ud800","😀"]');
    assert.deepEqual(
      failure(() => json.minify('["\ud800", x]')),
      { code: 'LW_JSON_UNEXPECTED', offset: 6 },
    );
    assert.deepEqual(
      failure(() => json.minify('\ud800')),
      { code: 'LW_JSON_UNEXPECTED', offset: 0 },
    );
  });

  it('gives arrays of the caller, which the next call does not touch', () => {
    const first = json.minify('[ 1 ]');
    json.minify('[ 2 ]');
    assert.equal(text(first), '[1]');
    const large = json.minify(`[ "${'x'.repeat(200_000)}" ]`);
    assert.equal(large.length, 200_004);
  });
});

describe('json.get', () => {
  const document = bytes('{"a":[10,{"b":"é\\n"},[]],"":{"":true},"m~n":1,"x/y":2,"a":[1,{"b":"last"}],"n":-1.5e3,"\\u00e9":null}');

  it('follows a pointer to a value of each kind', () => {
    const cases: [string, unknown][] = [
      ['/n', -1500],
      ['/m~0n', 1],
      ['/x~1y', 2],
      ['/', { '': true }],
      ['//', true],
      ['/é', null],
      ['/a/1/b', 'last'],
      ['/a/1', { b: 'last' }],
    ];
    for (const [pointer, value] of cases) assert.deepEqual(json.get(document, pointer), value, pointer);
    assert.deepEqual(json.get(document, ''), JSON.parse(text(document)));
  });

  it('takes the last of duplicate keys when it checks all, and the first on the path', () => {
    assert.equal(json.get(document, '/a/0'), 1);
    assert.equal(json.get(document, '/a/0', { check: 'path' }), 10);
    assert.equal(json.get(document, '/a/2'), undefined);
    assert.deepEqual(json.get(document, '/a/2', { check: 'path' }), []);
    assert.equal(json.get(document, '/a/1/b', { check: 'path' }), 'é\n');
  });

  it('gives undefined where there is no value', () => {
    for (const pointer of ['/zz', '/a/01', '/a/-', '/a/9', '/n/0', '/a/1/b/0', '/a/x', '/a/99999999999999999999']) {
      assert.equal(json.get(document, pointer), undefined, pointer);
      assert.equal(json.get(document, pointer, { check: 'path' }), undefined, pointer);
    }
  });

  it('refuses a malformed pointer at the offset in it', () => {
    assert.deepEqual(
      failure(() => json.get(document, 'a')),
      { code: 'LW_POINTER', offset: 0 },
    );
    assert.deepEqual(
      failure(() => json.get(document, '/a~2')),
      { code: 'LW_POINTER', offset: 3 },
    );
    assert.deepEqual(
      failure(() => json.get(document, '/é~')),
      { code: 'LW_POINTER', offset: 3 },
    );
  });

  it('reads nothing behind the value on the path', () => {
    const broken = bytes('{"a":{"b":[1,2]},"c":!!!');
    assert.deepEqual(json.get(broken, '/a/b', { check: 'path' }), [1, 2]);
    assert.deepEqual(
      failure(() => json.get(broken, '/a/b')),
      { code: 'LW_JSON_UNEXPECTED', offset: 21 },
    );
  });

  it('gives the raw bytes as a view on the input', () => {
    const raw = json.getRaw(bytes('{"a": [1, 2] }'), '/a');
    assert.equal(text(raw as Uint8Array), '[1, 2]');
  });
});

function thrown(call: () => unknown): LanewiseError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof LanewiseError);
    return error;
  }
  assert.fail('nothing was thrown');
}
