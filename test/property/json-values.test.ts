import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Document, json, LanewiseError } from 'lanewise';
import { jsonText } from 'lanewise/testing';

const encoder = new TextEncoder();

const spelled = jsonText().map(({ text }) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(text));

/** What a text is made of, in any order, so that most of it is broken. */
const pieces = fc
  .array(
    fc.constantFrom(
      ...'[]{},:"\\ue0123-+.x\n\ufeff\u0000é'.split(''),
      '"a"',
      'null',
      'true',
      '12',
      '1.5e3',
      '9007199254740993',
      '{"a":',
      '\ud800',
    ),
    { maxLength: 14 },
  )
  .map((list) => list.join(''));
const mutated = fc.tuple(spelled, fc.nat(), fc.constantFrom('', '"', '\\', '}', ',', '0', '\u0001', '\ud83d')).map(([text, at, insert]) => {
  const i = at % (text.length + 1);
  return text.slice(0, i) + insert + text.slice(i + 1);
});

/** The value that a walk over every cursor builds. */
function rebuild(cursor: Document): unknown {
  if (cursor.type === 'array') {
    const list = [...cursor.values()].map(rebuild);
    assert.equal(cursor.length, list.length);
    list.forEach((value, i) => {
      assert.deepEqual(cursor.get(i)?.value(), value);
    });
    return list;
  }
  if (cursor.type === 'object') {
    const entries = [...cursor.entries()].map(([name, child]) => [name, rebuild(child)] as const);
    assert.equal(cursor.length, entries.length);
    for (const [name, value] of entries) assert.deepEqual(cursor.get(name)?.value(), value);
    return Object.fromEntries(entries);
  }
  const value = cursor.value();
  assert.equal(cursor.length, typeof value === 'string' ? value.length : 0);
  assert.equal(cursor.type, value === null ? 'null' : typeof value);
  return value;
}

function attempt<T>(call: () => T): { value: T } | { error: unknown } {
  try {
    return { value: call() };
  } catch (error) {
    return { error };
  }
}

/** What a LanewiseError says. */
function verdictOf(outcome: { value: unknown } | { error: unknown }): unknown {
  if ('value' in outcome) return outcome;
  assert.ok(outcome.error instanceof LanewiseError, String(outcome.error));
  return [outcome.error.code, outcome.error.offset];
}

/** A naive reader of valid JSON that makes BigInts, by way of a text in which they are tagged strings. */
function withBigInts(text: string): unknown {
  const tagged = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return `"s${token.slice(1)}`;
    return /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"b${token}"` : token;
  });
  const untag = (value: unknown): unknown => {
    if (typeof value === 'string') return value[0] === 'b' ? BigInt(value.slice(1)) : value.slice(1);
    if (Array.isArray(value)) return value.map(untag);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.slice(1), untag(inner)]));
  };
  return untag(JSON.parse(tagged));
}

describe('json.document', () => {
  it('gives, walked, the value of JSON.parse, and of each cursor the value of its bytes', () => {
    fc.assert(
      fc.property(spelled, (text) => {
        const input = encoder.encode(text);
        const document = json.document(input);
        const expected = JSON.parse(text);
        assert.deepEqual(rebuild(document), expected);
        assert.deepEqual(document.value(), expected);
        for (const child of document.values()) assert.deepEqual(json.parse(child.raw()), child.value());
      }),
      { numRuns: 1500 },
    );
  });

  it('fails as json.validate does', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, pieces), (text) => {
        const input = encoder.encode(text);
        const checked = verdictOf(attempt(() => json.validate(input)));
        const opened = attempt(() => json.document(input).value());
        assert.deepEqual('value' in opened ? { value: undefined } : verdictOf(opened), checked);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('json.parse', () => {
  it('is JSON.parse on what is JSON, and fails as json.validate does on the rest', () => {
    fc.assert(
      fc.property(fc.oneof(spelled, mutated, pieces), fc.constantFrom(0, 3000), (text, size) => {
        const padded = text + ' '.repeat(size);
        const host = attempt(() => JSON.parse(padded));
        const parsed = attempt(() => json.parse(padded));
        if ('value' in host) assert.deepEqual(parsed, host);
        else assert.deepEqual(verdictOf(parsed), verdictOf(attempt(() => json.validate(padded))));
        const input = encoder.encode(padded);
        const ofBytes = attempt(() => json.parse(input));
        if ('value' in ofBytes) assert.deepEqual(ofBytes.value, JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(input)));
        else assert.deepEqual(verdictOf(ofBytes), verdictOf(attempt(() => json.validate(input))));
      }),
      { numRuns: 3000 },
    );
  });

  it("makes exactly the BigInts of bigint: 'auto'", () => {
    const number = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt({ min: 2n ** 52n, max: 2n ** 70n }),
        fc.constantFrom('', '', '', '.0', 'e1', 'E-20', '.5e+2'),
      )
      .map(([sign, integer, rest]) => `${sign}${integer}${rest}`);
    const text = fc.tuple(spelled, fc.array(number, { minLength: 1 }), fc.nat({ max: 3 })).map(([json, numbers, wrap]) => {
      let i = 0;
      const some = json.replace(/(?<=[[:,\s])-?\d+(?=[\],}\s])/g, () => numbers[i++ % numbers.length] as string);
      return [some, `[${numbers.join(', ')},${json}]`, `{"a":${numbers[0]},"9007199254740993":${json}}`, numbers[0] as string][
        wrap
      ] as string;
    });
    fc.assert(
      fc.property(text, (text) => {
        // The replacement above may have met digits inside of a string, which then is another string.
        const expected = withBigInts(text);
        assert.deepEqual(json.parse(text, { bigint: 'auto' }), expected);
        assert.deepEqual(json.parse(encoder.encode(text), { bigint: 'auto' }), expected);
      }),
      { numRuns: 2000 },
    );
  });
});
