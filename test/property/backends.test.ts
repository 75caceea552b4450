import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as chosen from 'lanewise';
import { deepEqual, msgpackBytes, nearlyJson as nearlyJsonText, nearlyMsgpack } from 'lanewise/testing';
import * as wasm from 'lanewise/wasm';

/** What a call gave: its value, or code and offset of its error. */
function outcome(call: () => unknown): unknown {
  try {
    return { value: call() };
  } catch (error) {
    assert.ok(error instanceof chosen.LanewiseError, String(error));
    return { code: error.code, offset: error.offset };
  }
}

const encoder = new TextEncoder();

/** JSON text with one change somewhere, most of it broken. */
const nearlyJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom('', '"', '\\', '{', ']', ',', ':', '0', '-', 'e', '\n', '\u0000', 'é', '\ufeff', 'x'),
    fc.boolean(),
  )
  .map(([json, at, insert, drop]) => {
    const i = at % (json.length + 1);
    return json.slice(0, i) + insert + json.slice(drop ? i + 1 : i);
  });

/** Its bytes, now and then with one byte changed, so that UTF-8 breaks too. */
const nearlyJsonBytes = fc.tuple(nearlyJson, fc.option(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { freq: 3 })).map(([json, change]) => {
  const bytes = encoder.encode(json);
  if (change !== null && bytes.length > 0) bytes[change[0] % bytes.length] = change[1];
  return bytes;
});

const letters = fc.constantFrom('a', 'b', 'A', 'é', 'É', 'д', '😀', '\ud83d', ' ', 'k', '\u212a', 'ß', 'ẞ');
const string = (maxLength: number) => fc.array(letters, { maxLength, minLength: 0 }).map((list) => list.join(''));
const pattern = fc.array(letters, { minLength: 1, maxLength: 3 }).map((list) => list.join(''));
const options = fc.record({
  semantics: fc.constantFrom('leftmost-first', 'leftmost-longest', 'all'),
  ignoreCase: fc.constantFrom(false, true, 'ascii'),
  wholeWords: fc.boolean(),
}) as fc.Arbitrary<chosen.SearchOptions>;

function both(call: (lib: typeof chosen) => unknown): void {
  const [ours, theirs] = [outcome(() => call(chosen)), outcome(() => call(wasm as unknown as typeof chosen))];
  // A Timestamp or an ExtensionValue is of another class in each bundle.
  if (!deepEqual(ours, theirs)) assert.deepEqual(ours, theirs);
}

describe('every backend gives the same value, code and offset', () => {
  it('in json', () => {
    fc.assert(
      fc.property(
        fc.oneof(nearlyJsonBytes, nearlyJsonText()),
        fc.constantFrom('', '/0', '/a/b', '/1/0'),
        fc.constantFrom('all' as const, 'path' as const),
        (bytes, pointer, check) => {
          both((lib) => lib.json.validate(bytes));
          both((lib) => lib.json.validate(bytes, { depthMax: 2, duplicateKeys: 'error' }));
          both((lib) => lib.json.minify(bytes));
          both((lib) => lib.json.get(bytes, pointer, { check }));
          both((lib) => lib.msgpack.fromJson(bytes));
          both((lib) => lib.msgpack.fromNdjson(bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('in msgpack', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 24 }),
          msgpackBytes().map(({ bytes }) => bytes),
          nearlyMsgpack(),
        ),
        (bytes) => {
          both((lib) => lib.msgpack.validate(bytes));
          both((lib) => lib.msgpack.toJson(bytes));
          both((lib) => lib.msgpack.toNdjson(bytes));
          both((lib) => lib.msgpack.toJson(bytes, { nonStringKeys: 'stringify' }));
          both((lib) => lib.msgpack.toJson(bytes, { select: new lib.Query({ a: '/a', b: '$..b', c: '$[?@ > 1]' }) }));
          both((lib) => lib.msgpack.document(bytes).value());
          both((lib) => lib.msgpack.document(bytes, { nonStringKeys: 'error', invalidUtf8: 'lossy', depthMax: 2 }).raw());
          for (const selector of ['/0', '$..a', '$[?@.a]']) {
            for (const check of ['all', 'path'] as const) {
              both((lib) => new lib.Query(selector).pick(bytes, 'msgpack', { check }));
              both((lib) => new lib.Query(selector).values(bytes, 'msgpack', { check }));
            }
            both((lib) => new lib.Query(selector).paths(bytes, 'msgpack'));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('in text', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), string(40), options, fc.nat({ max: 45 }), (patterns, haystack, how, from) => {
        for (const text of [haystack, encoder.encode(haystack)]) {
          both((lib) => new lib.Matcher(patterns, how).findAll(text).toUint32Array());
          both((lib) => new lib.Matcher(patterns, how).find(text, from));
          both((lib) => new lib.Matcher(patterns, how).count(text));
        }
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        both((lib) => lib.isUtf8(bytes));
        both((lib) => lib.decodeUtf8(bytes));
        both((lib) => lib.decodeUtf8(bytes, { lossy: true }));
        both((lib) => lib.lineStarts(bytes));
        both((lib) => [...lib.lines(bytes)].map((line) => [...line]));
      }),
    );
    fc.assert(
      fc.property(string(40), string(3), fc.array(string(3)), fc.nat({ max: 5000 }), (text, needle, prefixes, size) => {
        const long = text + 'x'.repeat(size) + text;
        both((lib) => lib.encodeUtf8(long));
        both((lib) => lib.decodeUtf8(encoder.encode(long)));
        both((lib) => lib.indexOf(encoder.encode(long), needle, size));
        both((lib) => lib.count(encoder.encode(long), needle));
        both((lib) => new lib.PrefixSet(prefixes).longest(text));
        both((lib) => new lib.PrefixSet(prefixes).longestBatch(Array.from({ length: 100 }, (_, i) => text.slice(i))));
      }),
    );
  });
});

describe('json agrees with JSON.parse', () => {
  it('on what is JSON', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const parsed = outcome(() => {
          try {
            return JSON.parse(text);
          } catch {
            throw new chosen.LanewiseError('LW_JSON_UNEXPECTED');
          }
        });
        assert.equal(chosen.json.isValid(text), 'value' in (parsed as object), text);
        if ('value' in (parsed as object))
          assert.deepEqual(
            outcome(() => chosen.json.get(encoder.encode(text), '')),
            parsed,
          );
      }),
      { numRuns: 3000 },
    );
  });

  it('on what the text says, by way of MessagePack and minify', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = JSON.parse(text);
        const input = encoder.encode(text);
        assert.deepEqual(JSON.parse(chosen.decodeUtf8(chosen.json.minify(input))), value);
        assert.deepEqual(chosen.msgpack.decode(chosen.msgpack.fromJson(input), { int64: 'number' }), value);
        // An integer beyond 2^53 stays an integer on its way from JSON, where a JS number is a float.
        if (!/\d{16}/.test(text))
          assert.deepEqual(chosen.msgpack.encode(value), chosen.msgpack.fromJson(encoder.encode(JSON.stringify(value))));
        assert.deepEqual(JSON.parse(chosen.decodeUtf8(chosen.msgpack.toJson(chosen.msgpack.encode(value)))), value);
      }),
      { numRuns: 2000 },
    );
  });
});
