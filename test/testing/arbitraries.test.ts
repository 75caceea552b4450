import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Decoder, ExtensionValue, json, msgpack, Timestamp } from 'lanewise';
import { chunking, deepEqual, jsonText, jsonValue, msgpackBytes, msgpackValue, nearlyJson, nearlyMsgpack, search } from 'lanewise/testing';
import { depthOf, share, smallest, succeeds, within } from './helpers.ts';

const RUNS = 300;
const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const has = (value: unknown, test: (inner: unknown) => boolean): boolean => [...within(value)].some(test);

describe('jsonValue', () => {
  it('gives what JSON holds: writing and reading it changes nothing but -0', () => {
    fc.assert(
      fc.property(jsonValue(), (value) => {
        const spelled = JSON.stringify(value);
        assert.ok(deepEqual(JSON.parse(spelled), JSON.parse(JSON.stringify(structuredClone(value)))));
        assert.equal(JSON.stringify(JSON.parse(spelled)), spelled);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the awkward ones often', () => {
    const often: Record<string, (inner: unknown) => boolean> = {
      'minus zero': (inner) => Object.is(inner, -0),
      'an integer that is not safe': (inner) => Number.isInteger(inner) && !Number.isSafeInteger(inner),
      'a lone surrogate': (inner) => typeof inner === 'string' && /\p{Cs}/u.test(inner),
      'a member called __proto__': (inner) => typeof inner === 'object' && inner !== null && Object.hasOwn(inner, '__proto__'),
      'an array of ten': (inner) => Array.isArray(inner) && inner.length > 9,
    };
    for (const [what, test] of Object.entries(often)) assert.ok(share(jsonValue(), (value) => has(value, test)) > 0.01, what);
    assert.ok(share(jsonValue(), (value) => depthOf(value) > 20) > 0.005, 'deep');
    assert.ok(share(jsonValue({ size: 'large' }), (value) => has(value, (inner) => Array.isArray(inner) && inner.length > 50), 200) > 0.05);
  });

  it('keeps to the depth and the size', () => {
    for (const depthMax of [0, 1, 2, 7, 200]) {
      assert.equal(
        share(jsonValue({ depthMax }), (value) => depthOf(value) <= depthMax),
        1,
      );
      if (depthMax < 10) assert.ok(share(jsonValue({ depthMax }), (value) => depthOf(value) === depthMax) > 0, `${depthMax}`);
    }
    assert.equal(
      share(jsonValue({ size: 'small' }), (value) => has(value, (inner) => Array.isArray(inner) && inner.length > 5)),
      0,
    );
  });

  it('shrinks', () => {
    const small = (test: (inner: unknown) => boolean) => JSON.stringify(smallest(jsonValue(), (value) => has(value, test))).length;
    assert.ok(small((inner) => Array.isArray(inner) && inner.length >= 2) < 25);
    assert.ok(small((inner) => Object.is(inner, -0)) < 25);
    assert.ok(small((inner) => typeof inner === 'object' && inner !== null && Object.hasOwn(inner, '__proto__')) < 35);
    assert.equal(depthOf(smallest(jsonValue(), (value) => depthOf(value) > 9)), 10);
  });
});

describe('jsonText', () => {
  it('says the value that JSON.parse gives for it', () => {
    fc.assert(
      fc.property(jsonText(), ({ text: bytes, value }) => {
        assert.ok(deepEqual(JSON.parse(text(bytes)), value));
        assert.ok(json.isValid(bytes));
      }),
      { numRuns: RUNS },
    );
  });

  it('varies white space, escapes, numbers and names that come twice', () => {
    const spelled = jsonText().map(({ text: bytes }) => text(bytes));
    const repeats = ({ text: bytes }: { text: Uint8Array }) => !succeeds(() => json.validate(bytes, { duplicateKeys: 'error' }));
    for (const pattern of [
      /[ \n\t]/,
      /\\u[0-9a-f]{4}/,
      /\\u[dD][89aAbB]..(?!\\u)/,
      /\\[/bfnrt]/,
      /\d[eE][+-]?\d/,
      /\d{17}/,
      /"__proto__"/,
      /-0\b/,
    ]) {
      assert.ok(share(spelled, (each) => pattern.test(each)) > 0.01, `${pattern}`);
    }
    assert.ok(share(jsonText(), repeats) > 0.01);
  });

  it('keeps to the depth, and shrinks', () => {
    for (const depthMax of [0, 1, 3])
      assert.equal(
        share(jsonText({ depthMax }), ({ value }) => depthOf(value) <= depthMax),
        1,
      );
    const { text: bytes } = smallest(jsonText(), ({ text: each }) => text(each).includes('[') && text(each).length > 5);
    assert.ok(bytes.length < 20, text(bytes));
    assert.ok(text(smallest(jsonText(), ({ text: each }) => /\\u[0-9a-f]{4}/.test(text(each))).text).length < 20);
  });
});

describe('nearlyJson', () => {
  it('is no JSON most of the time, but sometimes it is', () => {
    const valid = share(nearlyJson(), (bytes) => json.isValid(bytes));
    assert.ok(valid > 0.02 && valid < 0.5, `${valid}`);
    assert.ok(share(nearlyJson(), (bytes) => !succeeds(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))) > 0.01);
  });

  it('shrinks', () => {
    const bytes = smallest(nearlyJson(), (each) => each.includes(0x5b) && !json.isValid(each));
    assert.ok(bytes.length <= 4, text(bytes));
  });
});

describe('msgpackValue', () => {
  it('is what lanewise gives back for it', () => {
    fc.assert(
      fc.property(msgpackValue(), (value) => assert.ok(deepEqual(msgpack.decode(msgpack.encode(value)), value))),
      { numRuns: RUNS },
    );
  });

  it('is of every kind, and of the lengths at which headers get wider', () => {
    const often: Record<string, (inner: unknown) => boolean> = {
      'minus zero': (inner) => Object.is(inner, -0),
      NaN: (inner) => Number.isNaN(inner),
      BigInt: (inner) => typeof inner === 'bigint',
      binary: (inner) => inner instanceof Uint8Array,
      Date: (inner) => inner instanceof Date,
      Timestamp: (inner) => inner instanceof Timestamp,
      ExtensionValue: (inner) => inner instanceof ExtensionValue,
      'a Map with a Map as key': (inner) => inner instanceof Map && [...inner.keys()].some((key) => key instanceof Map),
      'a member called __proto__': (inner) => typeof inner === 'object' && inner !== null && Object.hasOwn(inner, '__proto__'),
      'a long string': (inner) => typeof inner === 'string' && inner.length > 65_535,
      'a long binary': (inner) => inner instanceof Uint8Array && inner.length > 65_535,
    };
    const sample = fc.sample(msgpackValue(), { numRuns: 1000, seed: 5 });
    // No need to walk the largest ones.
    const small = sample.filter((value) => !(Array.isArray(value) && value.length > 99) && Object.keys(value ?? {}).length < 99);
    for (const [what, test] of Object.entries(often)) assert.ok(small.filter((value) => has(value, test)).length >= 5, what);
    assert.ok(sample.some((value) => Array.isArray(value) && value.length > 65_535));
    assert.ok(sample.some((value) => value instanceof Map && value.size > 65_534));
  });

  it('keeps to the depth, and shrinks', () => {
    for (const depthMax of [0, 1, 3, 100])
      assert.equal(
        share(msgpackValue({ depthMax }), (value) => depthOf(value) <= depthMax),
        1,
        `${depthMax}`,
      );
    assert.ok((smallest(msgpackValue(), (value) => has(value, (inner) => inner instanceof Map)) as Map<unknown, unknown>).size <= 2);
    const small = (test: (inner: unknown) => boolean) => fc.stringify(smallest(msgpackValue(), (value) => has(value, test))).length;
    assert.ok(small((inner) => typeof inner === 'bigint' && inner > 0n) < 100);
    assert.ok(small((inner) => inner instanceof Uint8Array && inner.length > 3) < 100);
    assert.ok(small((inner) => inner instanceof ExtensionValue) < 140);
  });
});

describe('msgpackBytes', () => {
  const decoder = new Decoder();

  it('says the value that a Decoder with default options gives for it', () => {
    fc.assert(
      fc.property(msgpackBytes(), ({ bytes, value }) => assert.ok(deepEqual(decoder.decode(bytes), value))),
      { numRuns: RUNS },
    );
  });

  it('has every header but the reserved one, and lengths that are not the smallest', () => {
    const seen = new Set(fc.sample(msgpackBytes(), { numRuns: 4000, seed: 1 }).map(({ bytes }) => bytes[0]));
    const missing = [0x80, 0x90, 0xa0, ...Array.from({ length: 0x20 }, (_, i) => 0xc0 + i), 0xff].filter((byte) => !seen.has(byte));
    assert.deepEqual(missing, [0xc1]);
    const isWide = ({ bytes, value }: { bytes: Uint8Array; value: unknown }) => bytes.length > msgpack.encode(value).length;
    assert.ok(share(msgpackBytes(), isWide) > 0.2);
  });

  it('shrinks', () => {
    const { bytes } = smallest(msgpackBytes(), ({ bytes: each, value }) => Array.isArray(value) && each[0] === 0xdd);
    assert.deepEqual(bytes, Uint8Array.of(0xdd, 0, 0, 0, 0));
    const narrow = smallest(msgpackBytes(), ({ value }) => has(value, (inner) => typeof inner === 'string' && inner.length > 2));
    assert.ok(narrow.bytes.length <= 12, `${narrow.bytes}`);
  });
});

describe('nearlyMsgpack', () => {
  it('is no MessagePack most of the time, but sometimes it is', () => {
    const valid = share(nearlyMsgpack(), (bytes) => msgpack.isValid(bytes));
    assert.ok(valid > 0.02 && valid < 0.5, `${valid}`);
  });

  it('shrinks', () => {
    const bytes = smallest(nearlyMsgpack(), (each) => each.length > 2 && !msgpack.isValid(each));
    assert.ok(bytes.length <= 4, `${bytes}`);
  });
});

describe('search', () => {
  const finds = ({ patterns, haystack }: { patterns: string[]; haystack: string }) =>
    patterns.some((pattern) => haystack.includes(pattern));

  it('has patterns, none empty, of the alphabet, and a haystack that most often has matches in it, but not always', () => {
    fc.assert(
      fc.property(search({ alphabet: 'xyé' }), ({ patterns, haystack }) => {
        assert.ok(patterns.length > 0 && patterns.every((pattern) => pattern.length > 0));
        assert.match(patterns.join('') + haystack, /^[xyé]+$/);
      }),
    );
    const found = share(search(), finds);
    assert.ok(found > 0.6 && found < 0.99, `${found}`);
  });

  it('has matches that overlap, and patterns within patterns', () => {
    const overlaps = ({ patterns, haystack }: { patterns: string[]; haystack: string }) =>
      patterns.some((one) => patterns.some((other) => one !== other && one.at(-1) === other[0] && haystack.includes(one + other.slice(1))));
    const nests = ({ patterns }: { patterns: string[] }) =>
      patterns.some((one) => patterns.some((other) => one !== other && other.startsWith(one)));
    assert.ok(share(search({ alphabet: 'ab' }), overlaps) > 0.1);
    assert.ok(share(search({ alphabet: 'ab' }), nests) > 0.1);
  });

  it('shrinks to one pattern and one match', () => {
    assert.deepEqual(smallest(search(), finds), { patterns: ['a'], haystack: 'a' });
  });
});

describe('chunking', () => {
  const bytes = new TextEncoder().encode('aé€😀b');

  it('gives views that are the bytes, one after another', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }).chain((input) => fc.tuple(fc.constant(input), chunking(input))),
        ([input, chunks]) => {
          assert.deepEqual(Uint8Array.from(chunks.flatMap((chunk) => [...chunk])), input);
          for (const chunk of chunks) assert.equal(chunk.buffer, input.buffer);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('gives the nasty ones often', () => {
    const often: Record<string, (chunks: Uint8Array[]) => boolean> = {
      whole: (chunks) => chunks.length === 1,
      'one byte each': (chunks) => chunks.length === bytes.length && chunks.every(({ length }) => length === 1),
      'an empty one': (chunks) => chunks.some(({ length }) => length === 0),
      'inside a character': (chunks) => chunks.some((chunk) => ((chunk[0] ?? 0) & 0xc0) === 0x80),
    };
    for (const [what, test] of Object.entries(often)) assert.ok(share(chunking(bytes), test) > 0.03, what);
  });

  it('cuts nothing into nothing, or into empty chunks', () => {
    const counts = new Set(fc.sample(chunking(new Uint8Array()), 500).map((chunks) => chunks.length));
    assert.ok(counts.has(0) && counts.size > 2);
  });

  it('shrinks to one cut', () => {
    const chunks = smallest(chunking(bytes), (each) => each.length > 1 && each.every(({ length }) => length > 0));
    assert.equal(chunks.length, 2);
  });
});
