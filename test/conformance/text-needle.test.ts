import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { count, indexOf, lineStarts, lines, PrefixSet, type Text } from 'lanewise';
import { bytes, failure, text } from './helpers.ts';

const SIZES = [0, 1, 7, 100, 4095, 4096, 5000, 70_000, 140_000];
const FROMS = [undefined, 0, 1, 3, 50, 1e9, -1, -1e9, 0.9, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe('indexOf', () => {
  it('is that of strings, whatever form haystack and needle have', () => {
    for (const size of SIZES) {
      const haystack = `${'ab\n'.repeat(size)}needle${'ba'.repeat(size)}needle.`;
      for (const needle of ['needle', 'n', '.', 'ab', 'bb', 'absent', '', 'le.', '\n']) {
        for (const from of FROMS) {
          const expected = haystack.indexOf(needle, from);
          for (const where of [haystack, bytes(haystack), Buffer.from(haystack)]) {
            for (const what of [needle, bytes(needle)]) {
              assert.equal(indexOf(where, what, from), expected, `${size} ${needle} ${from}`);
            }
          }
        }
      }
    }
  });

  it('counts in the unit of the haystack', () => {
    const haystack = `${'яé'.repeat(3000)}😀`;
    assert.equal(indexOf(haystack, '😀'), 6000);
    assert.equal(indexOf(haystack, bytes('😀')), 6000);
    assert.equal(indexOf(bytes(haystack), '😀'), 12_000);
    assert.equal(indexOf(bytes(haystack), '😀', 12_001), -1);
  });

  it('does not find what has no such form', () => {
    for (const size of [0, 10_000]) {
      assert.equal(indexOf(bytes(`${'x'.repeat(size)}😀`), '\ud83d'), -1);
      assert.equal(indexOf('\ud83d\ude00', '\ud83d'), 0);
      assert.equal(indexOf('\ufffd\xff', Uint8Array.of(0xff)), -1);
      assert.equal(indexOf(new Uint8Array(size + 1).fill(0xff), Uint8Array.of(0xff)), 0);
    }
  });

  it('finds a part of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9 }), fc.nat({ max: 6000 }), fc.nat({ max: 3 }), (needle, at, from) => {
        const haystack = new Uint8Array(6000 + needle.length).fill(needle[0] ?? 0);
        haystack.set(needle, at);
        const expected = Buffer.from(haystack)
          .toString('latin1')
          .indexOf(Buffer.from(needle).toString('latin1'), from * 1000);
        assert.equal(indexOf(haystack, needle, from * 1000), expected);
      }),
    );
  });

  it('finds a needle whatever is rare in it, wherever that occurs beside it, in memory of any size', () => {
    const SIZE = 150_000;
    const WINDOW = 1 << 16;
    const place = fc.oneof(fc.nat({ max: SIZE }), fc.nat({ max: 600 }), fc.integer({ min: WINDOW - 20, max: WINDOW + 20 }));
    const needles = fc.stringMatching(/^[abQ\n]{2,20}$/);
    fc.assert(
      fc.property(needles, place, fc.array(place, { maxLength: 8 }), fc.oneof(fc.constant(0), place), (needle, at, decoys, from) => {
        const haystack = Buffer.alloc(SIZE + needle.length, 'ab');
        for (const decoy of decoys) haystack.write(needle.slice(0, -1), decoy);
        haystack.write(needle, at);
        const expected = haystack.toString('latin1').indexOf(needle, from);
        for (const where of [haystack, new Uint8Array(haystack.buffer, haystack.byteOffset, haystack.length)]) {
          for (const what of [needle, bytes(needle)]) assert.equal(indexOf(where, what, from), expected);
        }
      }),
    );
  });

  it('takes other arguments for a mistake', () => {
    assert.throws(() => indexOf('a', 1 as unknown as string), TypeError);
    assert.throws(() => indexOf(bytes('a'), undefined as unknown as string), TypeError);
    assert.throws(() => indexOf([] as unknown as string, 'a'), TypeError);
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    assert.equal(failure(() => indexOf(shared, 'a')).code, 'LW_SHARED_INPUT');
    assert.equal(failure(() => indexOf('a', shared)).code, 'LW_SHARED_INPUT');
  });
});

describe('count', () => {
  it('counts what does not overlap', () => {
    for (const size of SIZES) {
      for (const haystack of ['aab'.repeat(size), 'a'.repeat(size), 'я\n€'.repeat(size)]) {
        for (const needle of ['a', 'aa', 'ab', 'b', '€я', '\n', 'absent', 'aaa']) {
          const expected = haystack.split(needle).length - 1;
          for (const where of [haystack, bytes(haystack)]) {
            for (const what of [needle, bytes(needle)]) assert.equal(count(where, what), expected);
          }
        }
      }
    }
  });

  it('refuses an empty needle, and finds none that has no such form', () => {
    for (const where of ['', 'abc', bytes('abc'), new Uint8Array(9999)]) {
      for (const what of ['', new Uint8Array(0)]) assert.equal(failure(() => count(where, what)).code, 'LW_EMPTY_PATTERN');
    }
    assert.equal(count(bytes('😀'), '\ud83d'), 0);
    assert.equal(count('\xff', Uint8Array.of(0xff)), 0);
  });
});

describe('indexOf and count', () => {
  it('find the same near and far, rare and dense, in any script', () => {
    const SIZE = 90_000;
    const needles = fc.constantFrom('zQ', 'жz', 'zж', 'ж', 'Qzxwvkjq', 'жук', 'e\n', '—q', 'ab z', '\u0000\u0001');
    const filling = fc.constantFrom('ab', 'ж', `z${'e'.repeat(700)}`, `${'e '.repeat(3000)}Q`, '\u0000', 'жуz—');
    const gap = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 20_000 }));
    const from = fc.oneof(fc.constant(0), fc.nat({ max: SIZE }));
    fc.assert(
      fc.property(
        needles,
        filling,
        fc.array(gap, { maxLength: 12 }),
        fc.constantFrom(300, 5000, 20_000, SIZE),
        from,
        (needle, fill, gaps, size, from) => {
          const what = Buffer.from(needle);
          const haystack = Buffer.alloc(size, fill);
          let at = 0;
          for (const gap of gaps) at += what.copy(haystack, at + gap) + gap;
          const [text, part] = [haystack.toString('latin1'), what.toString('latin1')];
          for (const form of [needle, what]) {
            assert.equal(indexOf(haystack, form, from), text.indexOf(part, from));
            assert.equal(count(haystack, form), text.split(part).length - 1);
          }
        },
      ),
    );
  });
});

/** The definition. */
function linesOf(haystack: string): string[] {
  const all = haystack.split('\n');
  if (all.at(-1) === '') return all.slice(0, -1).map((line) => line.replace(/\r$/, ''));
  return all.map((line, i) => (i === all.length - 1 ? line : line.replace(/\r$/, '')));
}

describe('lines', () => {
  it('are those between line ends, without them', () => {
    for (const haystack of ['', 'a', '\n', '\r\n', '\r', 'a\r', 'a\n', 'a\n\nb', 'a\r\n\r\nb\r', '\n\n\n', 'a\rb\nc', '\r\r\n']) {
      assert.deepEqual(Array.from(lines(bytes(haystack)), text), linesOf(haystack), JSON.stringify(haystack));
    }
  });

  it('are the same across the windows of a long text', () => {
    const lengths = [0, 1, 70, 1023, 1024, 4095, 4096, 4097, 20_000, 300_000];
    for (const end of ['\n', '\r\n']) {
      for (const first of lengths) {
        for (const second of lengths) {
          const haystack = `${'x'.repeat(first)}${end}${'y'.repeat(second)}${end}${`z${end}`.repeat(3000)}${'w'.repeat(first)}`;
          const input = bytes(haystack);
          const found = [...lines(input)];
          assert.deepEqual(found.map(text), linesOf(haystack));
          assert.ok(found.every((line) => line.buffer === input.buffer));
          assert.equal(lineStarts(input).length, found.length);
        }
      }
    }
  });

  it('can be gone through more than once, and left before the end', () => {
    const input = Buffer.from('a\nb\nc');
    const all = lines(input);
    for (const line of all) {
      assert.equal(text(line), 'a');
      break;
    }
    assert.equal([...all].length, 3);
    assert.equal(failure(() => lines(new Uint8Array(new SharedArrayBuffer(8)))).code, 'LW_SHARED_INPUT');
  });
});

/** The definition. */
function longestOf(prefixes: readonly string[], key: string): number {
  let longest = -1;
  for (const [id, prefix] of prefixes.entries()) {
    if (key.startsWith(prefix) && (longest === -1 || prefix.length > (prefixes[longest] as string).length)) longest = id;
  }
  return longest;
}

describe('PrefixSet', () => {
  const ROUTES = ['/', '/api', '/api/users/', '/api/users/é', '/static/', '/api', '/я', '😀'];
  const KEYS = ['', 'x', '/', '/ap', '/api', '/api/users', '/api/users/7', '/api/users/é7', '/static/x', '/я/😀', '😀', '/apя'];

  it('finds the longest prefix of strings and of bytes, one key or many', () => {
    for (const prefixes of [ROUTES, [], [''], ['', 'x'], ['x', 'x', '']]) {
      const expected = KEYS.map((key) => longestOf(prefixes, key));
      for (const set of [new PrefixSet(prefixes), new PrefixSet(prefixes.map(bytes)), new PrefixSet(new Set(prefixes))]) {
        if (set.size !== prefixes.length) continue;
        assert.deepEqual(
          KEYS.map((key) => set.longest(key)),
          expected,
        );
        assert.deepEqual(
          KEYS.map((key) => set.longest(bytes(key))),
          expected,
        );
        for (const times of [0, 1, 3, 20, 1000]) {
          const keys = Array.from({ length: times }, () => KEYS).flat();
          const all = Array.from({ length: times }, () => expected).flat();
          assert.deepEqual([...set.longestBatch(keys)], all);
          assert.deepEqual([...set.longestBatch(keys.map(bytes))], all);
          const narrow = keys.filter((key) => /^[\0-\xff]*$/.test(key));
          assert.deepEqual(
            [...set.longestBatch(narrow)],
            narrow.map((key) => longestOf(prefixes, key)),
          );
        }
      }
    }
  });

  it('does not match what has no such form', () => {
    const set = new PrefixSet(['\ud83d', Uint8Array.of(0xff), Uint8Array.of(0xf0, 0x9f)]);
    const repeat = (key: Text) => Array.from({ length: 100 }, () => key);
    for (const [key, id] of [
      ['😀', 0],
      [bytes('😀'), 2],
      [Uint8Array.of(0xff, 1), 1],
      ['\xff', -1],
    ] as const) {
      assert.equal(set.longest(key), id);
      assert.ok(set.longestBatch(repeat(key) as string[]).every((found) => found === id));
    }
  });

  it('keeps its prefixes, whatever becomes of the bytes that it was given', () => {
    const prefix = bytes('abc');
    const set = new PrefixSet([prefix]);
    prefix.fill(0);
    assert.equal(set.longest('abcd'), 0);
    assert.equal(set.longestBatch(Array.from({ length: 100 }, () => 'abcd'))[99], 0);
  });

  it('is what the definition says', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', 'я', '😀'), maxLength: 5 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.array(word, { minLength: 70, maxLength: 80 }), (prefixes, keys) => {
        const set = new PrefixSet(prefixes);
        const expected = keys.map((key) => longestOf(prefixes, key));
        assert.deepEqual(
          keys.map((key) => set.longest(key)),
          expected,
        );
        assert.deepEqual(
          keys.map((key) => set.longest(bytes(key))),
          expected,
        );
        assert.deepEqual([...set.longestBatch(keys)], expected);
        assert.deepEqual([...set.longestBatch(keys.map(bytes))], expected);
      }),
    );
  });

  it('takes other arguments for a mistake', () => {
    assert.throws(() => new PrefixSet([1 as unknown as string]), TypeError);
    const set = new PrefixSet(['a']);
    assert.throws(() => set.longest(1 as unknown as string), TypeError);
    const mixed = [...Array.from({ length: 100 }, () => 'a'), bytes('a')] as string[];
    assert.throws(() => set.longestBatch(mixed), TypeError);
    assert.throws(() => set.longestBatch(mixed.reverse()), TypeError);
    assert.equal(failure(() => set.longest(new Uint8Array(new SharedArrayBuffer(8)))).code, 'LW_SHARED_INPUT');
  });
});
