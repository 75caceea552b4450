import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Matcher, type SearchOptions } from 'lanewise';
import { bytes, failure, text } from './helpers.ts';

/** Sizes of text in front of a match: searched by the host, through the frame, and lent. */
const BEFORE = [0, 1, 7, 300, 2_000, 9_000, 40_000, 100_000];

/** Patterns, one replacement for each, text, options, the result. */
const CASES: [title: string, patterns: string[], replacements: string[], text: string, SearchOptions | undefined, result: string][] = [
  ['the pattern given first', ['Sam', 'Samwise'], ['<0>', '<1>'], 'Samwise', undefined, '<0>wise'],
  ['the longest', ['Sam', 'Samwise'], ['<0>', '<1>'], 'Samwise Sam', { semantics: 'leftmost-longest' }, '<1> <0>'],
  ['neighbours', ['a', 'b'], ['b', 'a'], 'abba', undefined, 'baab'],
  ['by nothing', ['foo', 'bar'], ['', ''], 'foobarfoo', undefined, ''],
  ['by more', ['a'], ['aaaa'], 'aba', undefined, 'aaaabaaaa'],
  ['what looks like a reference', ['x'], ["$&$1$$`'"], 'axb', undefined, "a$&$1$$`'b"],
  ['Latin-1 by two-byte text', ['é'], ['Ω'], 'aéb', undefined, 'aΩb'],
  ['two-byte text by ASCII', ['мир', '😀'], ['peace', ':)'], 'мир 😀 мира', undefined, 'peace :) peaceа'],
  ['whatever the case', ['straße'], ['x'], 'STRAßE STRASSE', { ignoreCase: true }, 'x STRASSE'],
  ['whole words', ['art'], ['x'], 'art heart art', { wholeWords: true }, 'x heart x'],
  ['nothing of an empty set', [], [], 'abc', undefined, 'abc'],
];

describe('Matcher.replace', () => {
  for (const [title, patterns, replacements, input, options, result] of CASES) {
    it(`replaces ${title}, in strings and in bytes`, () => {
      const matcher = new Matcher(patterns, options);
      const inBytes = replacements.map(bytes);
      for (const before of BEFORE) {
        const noise = '- '.repeat(before / 2);
        const [from, to] = [noise + input + noise, noise + result + noise];
        assert.equal(matcher.replace(from, replacements), to);
        assert.equal(
          matcher.replace(from, ({ id }) => replacements[id] as string),
          to,
        );
        assert.equal(text(matcher.replace(bytes(from), inBytes)), to);
        assert.equal(text(matcher.replace(bytes(from), ({ id }) => inBytes[id] as Uint8Array)), to);
        const [first = ''] = replacements;
        const expected = matcher.replace(from, () => first);
        assert.equal(matcher.replace(from, first), expected);
        assert.equal(text(matcher.replace(bytes(from), bytes(first))), expected);
      }
    });
  }

  it('gives a function each match once, in order, with offsets in the haystack', () => {
    const matcher = new Matcher(['a', 'bb']);
    for (const before of [0, 5_000]) {
      const seen: unknown[] = [];
      const haystack = `${'-'.repeat(before)}abba`;
      matcher.replace(haystack, (match) => {
        seen.push(match);
        return '';
      });
      assert.deepEqual(seen, [...matcher.findAll(haystack)]);
    }
  });

  it('lets a function use any searcher, this one too', () => {
    const outer = new Matcher(['one', 'two', 'three']);
    const inner = new Matcher(['o']);
    for (const before of [0, 3_000, 100_000]) {
      const haystack = `${'-'.repeat(before)}one two three`;
      const nested = (match: { start: number; end: number }): string => {
        const found = haystack.slice(match.start, match.end);
        assert.equal(outer.count('one two '.repeat(1000)), 2000);
        return inner.replace(outer.replace(`${found}!`.padEnd(3_000), '[$&]').trimEnd(), 'O');
      };
      assert.equal(outer.replace(haystack, nested), `${'-'.repeat(before)}[$&]! [$&]! [$&]!`);
      const inBytes = outer.replace(bytes(haystack), (match) => bytes(nested(match)));
      assert.equal(text(inBytes), `${'-'.repeat(before)}[$&]! [$&]! [$&]!`);
    }
  });

  it('takes an array that a function uses again and again as it was when it was given', () => {
    const shared = new Uint8Array(1);
    const matcher = new Matcher(['x']);
    const result = matcher.replace(bytes('x-x-x'), ({ start }) => {
      shared[0] = 0x30 + start;
      return shared;
    });
    assert.equal(text(result), '0-2-4');
  });

  it('passes on what a function throws, and works on', () => {
    const matcher = new Matcher(['x']);
    const failing = () => {
      throw new RangeError('mine');
    };
    for (const haystack of ['axb', `${'-'.repeat(50_000)}x`]) {
      assert.throws(() => matcher.replace(haystack, failing), { name: 'RangeError', message: 'mine' });
      assert.throws(() => matcher.replace(bytes(haystack), failing), { name: 'RangeError', message: 'mine' });
      assert.equal(matcher.replace(haystack, 'y'), haystack.replace('x', 'y'));
    }
  });

  it('never gives the input itself for bytes, nor changes it', () => {
    const matcher = new Matcher(['x']);
    const input = bytes('abc');
    const result = matcher.replace(input, bytes('y'));
    assert.notEqual(result.buffer, input.buffer);
    assert.deepEqual(result, input);
    const other = bytes('axa');
    matcher.replace(other, bytes('yyyy'));
    assert.deepEqual(other, bytes('axa'));
  });

  it('refuses a haystack whose memory a function takes away', () => {
    const matcher = new Matcher(['x']);
    const haystack = bytes('axa'.repeat(2000));
    const take = () => {
      if (haystack.length > 0) structuredClone(haystack.buffer, { transfer: [haystack.buffer] });
      return bytes('y');
    };
    assert.throws(() => matcher.replace(haystack, take), TypeError);
  });

  it('refuses one whose memory is taken away while replacements are read', () => {
    const haystack = bytes('xa'.repeat(2000));
    const taking = Object.defineProperty([bytes('y')], 0, {
      get: () => {
        if (haystack.length > 0) structuredClone(haystack.buffer, { transfer: [haystack.buffer] });
        return bytes('y');
      },
    });
    assert.throws(() => new Matcher(['x']).replace(haystack, taking), TypeError);
  });

  it('gives in bytes what it gives in strings, however near to each other matches are', () => {
    const pattern = fc.stringMatching(/^[ab]{1,4}$/);
    const unit = fc.stringMatching(/^[abc]{1,40}$/);
    const semantics = fc.constantFrom('leftmost-first', 'leftmost-longest');
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 5 }),
        unit,
        fc.nat({ max: 6000 }),
        semantics,
        fc.string(),
        (patterns, unit, size, semantics, one) => {
          const matcher = new Matcher(patterns, { semantics } as SearchOptions);
          const haystack = unit.repeat(size / unit.length);
          const each = patterns.map((found, id) => `${found}${id}`.slice(id % 3));
          assert.equal(text(matcher.replace(bytes(haystack), bytes(one))), matcher.replace(haystack, one));
          assert.equal(text(matcher.replace(bytes(haystack), each.map(bytes))), matcher.replace(haystack, each));
        },
      ),
    );
  });

  it('refuses what is no replacement, or not one for each pattern, even where nothing occurs', () => {
    const matcher = new Matcher(['x', 'y']);
    for (const haystack of ['', 'axy', '-'.repeat(10_000)]) {
      const call = (replacement: unknown) => () => matcher.replace(haystack, replacement as string);
      const inBytes = (replacement: unknown) => () => matcher.replace(bytes(haystack), replacement as Uint8Array);
      for (const bad of [undefined, null, 1, {}, bytes('a'), ['a'], ['a', 'b', 'c'], ['a', 1], [bytes('a'), bytes('b')]]) {
        assert.throws(call(bad), TypeError, String(bad));
      }
      for (const bad of [undefined, null, 1, {}, 'a', [bytes('a')], ['a', 'b'], [bytes('a'), 'b']]) {
        assert.throws(inBytes(bad), TypeError, String(bad));
      }
    }
    assert.throws(() => matcher.replace('x', (() => 1) as never), TypeError);
    assert.throws(() => matcher.replace(bytes('x'), (() => 'a') as never), TypeError);
    assert.throws(() => matcher.replace(1 as never, 'a'), TypeError);
    const overlapping = new Matcher(['x'], { semantics: 'all' });
    assert.throws(() => overlapping.replace('x', 'y'), TypeError);
    assert.throws(() => overlapping.replace(bytes('x'), bytes('y')), TypeError);
    assert.throws(() => overlapping.replaceStream('y'), TypeError);
    assert.throws(() => overlapping.replaceStringStream('y'), TypeError);
  });

  it('refuses a result that is too large before it is built', () => {
    const matcher = new Matcher(['x', 'y']);
    const haystack = 'x'.repeat(2 ** 12);
    const large = 'z'.repeat(2 ** 18);
    assert.deepEqual(
      failure(() => matcher.replace(haystack, large)),
      { code: 'LW_SIZE', offset: -1 },
    );
    assert.deepEqual(
      failure(() => matcher.replace(haystack, () => large)),
      { code: 'LW_SIZE', offset: -1 },
    );
    assert.deepEqual(
      failure(() => matcher.replace(bytes(haystack), new Uint8Array(2 ** 21))),
      { code: 'LW_SIZE', offset: -1 },
    );
  });

  it('refuses memory that another thread may write to', () => {
    const matcher = new Matcher(['x']);
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    for (const call of [
      () => matcher.replace(shared, bytes('y')),
      () => matcher.replace(bytes('x'), shared),
      () => matcher.replace(bytes('x'), () => shared),
    ]) {
      assert.deepEqual(failure(call), { code: 'LW_SHARED_INPUT', offset: -1 });
    }
  });
});
