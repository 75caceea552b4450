import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeUtf8, encodeUtf8, isUtf8, lineStarts, Matcher, type SearchOptions, type Text } from 'lanewise';
import { bytes, failure, hex } from './helpers.ts';

type Triple = [id: number, start: number, end: number];

function all(patterns: (string | Uint8Array)[], haystack: Text, options?: SearchOptions): Triple[] {
  return [...new Matcher(patterns, options).findAll(haystack)].map(({ id, start, end }) => [id, start, end]);
}

/** Patterns, haystack, options, matches in UTF-16 units, and in bytes where they differ. */
const CASES: [title: string, patterns: string[], haystack: string, SearchOptions | undefined, Triple[], Triple[]?][] = [
  ['the pattern given first of those that start first', ['Sam', 'Samwise'], 'Samwise', undefined, [[0, 0, 3]]],
  ['the longest when asked', ['Sam', 'Samwise'], 'Samwise', { semantics: 'leftmost-longest' }, [[1, 0, 7]]],
  [
    'every occurrence, by end, start, id',
    ['a', 'aa', 'a'],
    'aaa',
    { semantics: 'all' },
    [
      [0, 0, 1],
      [2, 0, 1],
      [1, 0, 2],
      [0, 1, 2],
      [2, 1, 2],
      [1, 1, 3],
      [0, 2, 3],
      [2, 2, 3],
    ],
  ],
  [
    'no overlap under a leftmost semantics',
    ['aa'],
    'aaaaa',
    undefined,
    [
      [0, 0, 2],
      [0, 2, 4],
    ],
  ],
  [
    'the first of duplicates',
    ['b', 'b'],
    'abba',
    undefined,
    [
      [0, 1, 2],
      [0, 2, 3],
    ],
  ],
  ['nothing for an empty set', [], 'abc', undefined, []],
  ['nothing in an empty text', ['a'], '', undefined, []],
  [
    'Latin-1 text',
    ['é', 'ü'],
    'aéüb',
    undefined,
    [
      [0, 1, 2],
      [1, 2, 3],
    ],
    [
      [0, 1, 3],
      [1, 3, 5],
    ],
  ],
  [
    'two-byte text',
    ['мир', 'ра'],
    'Мама мыла раму, мир',
    undefined,
    [
      [1, 10, 12],
      [0, 16, 19],
    ],
    [
      [1, 18, 22],
      [0, 28, 34],
    ],
  ],
  [
    'astral text',
    ['😀', 'b'],
    'a😀b😀',
    undefined,
    [
      [0, 1, 3],
      [1, 3, 4],
      [0, 4, 6],
    ],
    [
      [0, 1, 5],
      [1, 5, 6],
      [0, 6, 10],
    ],
  ],
  [
    'ASCII case alone',
    ['straße', 'É'],
    'STRAßE É é',
    { ignoreCase: 'ascii' },
    [
      [0, 0, 6],
      [1, 7, 8],
    ],
    [
      [0, 0, 7],
      [1, 8, 10],
    ],
  ],
  [
    'Unicode case',
    ['é', 'kelvin', 'ß'],
    'É \u212aELVIN ẞ',
    { ignoreCase: true },
    [
      [0, 0, 1],
      [1, 2, 8],
      [2, 9, 10],
    ],
    [
      [0, 0, 2],
      [1, 3, 11],
      [2, 12, 15],
    ],
  ],
  ['no full case folding', ['i', 'ss'], '\u0130 ß', { ignoreCase: 'unicode' }, []],
  [
    'whole words by Unicode',
    ['мир', 'art'],
    'мир миры art, heart art\u0301',
    { wholeWords: true },
    [
      [0, 0, 3],
      [1, 9, 12],
    ],
    [
      [0, 0, 6],
      [1, 16, 19],
    ],
  ],
  [
    'a whole word that a longer pattern given first would hide',
    ['foobar', 'foo'],
    'foobarx foo foobar',
    { wholeWords: true },
    [
      [1, 8, 11],
      [0, 12, 18],
    ],
  ],
];

describe('Matcher', () => {
  for (const [title, patterns, haystack, options, inUnits, inBytes = inUnits] of CASES) {
    it(`finds ${title}, in strings and in bytes`, () => {
      const matcher = new Matcher(patterns, options);
      for (const [form, expected] of [
        [haystack, inUnits],
        [bytes(haystack), inBytes],
      ] as const) {
        assert.deepEqual(all(patterns, form, options), expected);
        assert.equal(matcher.count(form), expected.length);
        assert.equal(matcher.test(form), expected.length > 0);
        const [first] = expected;
        assert.deepEqual(matcher.find(form), first === undefined ? null : { id: first[0], start: first[1], end: first[2] });
      }
    });
  }

  it('searches strings by units, so that a lone surrogate is one', () => {
    assert.deepEqual(all(['\ud83d'], 'a😀\ud83d'), [
      [0, 1, 2],
      [0, 3, 4],
    ]);
    assert.deepEqual(all(['\ud83d'], bytes('😀')), []);
  });

  it('lets a byte pattern match the text that it is UTF-8 of', () => {
    const patterns = [bytes('é'), hex('ff'), hex('eda080')];
    assert.deepEqual(all(patterns, 'aé\ud800ÿ'), [[0, 1, 2]]);
    assert.deepEqual(all(patterns, hex('61 c3a9 ff eda080')), [
      [0, 1, 3],
      [1, 3, 4],
      [2, 4, 7],
    ]);
  });

  it('reads its options before its patterns, so that short and long haystacks are searched for the same ones', () => {
    const pattern = bytes('ab');
    const matcher = new Matcher([pattern], {
      get semantics() {
        pattern.fill(0x7a);
        return 'leftmost-first' as const;
      },
    });
    for (const size of [2, 1 << 16]) assert.equal(matcher.count('zz'.padEnd(size)), 1);
  });

  it('finds from an offset', () => {
    const matcher = new Matcher(['ab', 'b']);
    assert.deepEqual(matcher.find('abab', 1), { id: 1, start: 1, end: 2 });
    assert.deepEqual(matcher.find(bytes('abab'), 2), { id: 0, start: 2, end: 4 });
    assert.equal(matcher.find('abab', 4), null);
    assert.equal(matcher.find('abab', 99), null);
    assert.deepEqual(matcher.find('abab', -5), { id: 0, start: 0, end: 2 });
    assert.equal(new Matcher(['b'], { wholeWords: true }).find('ab', 1), null);
  });

  it('gives matches that stay valid when the memory is used again', () => {
    const matcher = new Matcher(['a']);
    const first = matcher.findAll('xaxa');
    matcher.findAll('aaaaaaaa');
    assert.deepEqual([...first.toUint32Array()], [0, 1, 2, 0, 3, 4]);
    assert.deepEqual([first.length, first.id(1), first.start(1), first.end(1)], [2, 0, 3, 4]);
    assert.throws(() => first.start(2), TypeError);
    assert.equal(matcher.findAll('a'.repeat(100_000)).length, 100_000);
  });

  it('refuses an empty pattern, a set above its memory, and what is no pattern', () => {
    assert.deepEqual(
      failure(() => new Matcher(['a', ''])),
      { code: 'LW_EMPTY_PATTERN', offset: -1 },
    );
    assert.deepEqual(
      failure(() => new Matcher([new Uint8Array()])),
      { code: 'LW_EMPTY_PATTERN', offset: -1 },
    );
    const words = Array.from({ length: 10_000 }, (_, i) => `word${i * 7919}`);
    assert.deepEqual(
      failure(() => new Matcher(words, { memoryMax: 1000 })),
      { code: 'LW_TOO_LARGE', offset: -1 },
    );
    assert.equal(new Matcher(words).size, 10_000);
    assert.throws(() => new Matcher([1 as never]), TypeError);
    assert.throws(() => new Matcher(['a'], { semantics: 'last' as never }), TypeError);
    assert.throws(() => new Matcher(['a']).test(1 as never), TypeError);
  });
});

describe('lineStarts', () => {
  it('starts no line after a last newline', () => {
    assert.deepEqual([...lineStarts(bytes(''))], []);
    assert.deepEqual([...lineStarts(bytes('a'))], [0]);
    assert.deepEqual([...lineStarts(bytes('a\n'))], [0]);
    assert.deepEqual([...lineStarts(bytes('a\n\nb'))], [0, 2, 3]);
    assert.deepEqual([...lineStarts(bytes('\n\n'))], [0, 1]);
  });

  it('takes any number of lines', () => {
    const starts = lineStarts(bytes('ab\n'.repeat(50_000)));
    assert.equal(starts.length, 50_000);
    assert.equal(starts[49_999], 149_997);
  });
});

/** Bytes, and the offset of the first bad sequence. */
const BAD: [string, number][] = [
  ['ff', 0],
  ['61 80', 1],
  ['c0 80', 0],
  ['e0 80 80', 0],
  ['ed a0 80', 0],
  ['f4 90 80 80', 0],
  ['f0 9f 98', 0],
  ['61 e2 82', 1],
  ['c3', 0],
  ['61 c3 a9 c3', 3],
];

describe('isUtf8 and decodeUtf8', () => {
  it('take every well-formed text, a byte order mark too', () => {
    for (const valid of ['', 'abc', 'é', '日本語', '😀', '\ufeffa', '\u0000', '\u{10ffff}', 'x'.repeat(1000) + 'é'.repeat(1000)]) {
      assert.equal(isUtf8(bytes(valid)), true);
      assert.equal(decodeUtf8(bytes(valid)), valid);
      assert.deepEqual(encodeUtf8(valid), bytes(valid));
    }
  });

  it('refuse a bad sequence at its first byte, wherever it stands', () => {
    for (const [digits, offset] of BAD) {
      for (const before of [0, 1, 15, 16, 31, 32, 33, 63, 64, 65, 127, 1000]) {
        const input = Uint8Array.of(...new Uint8Array(before).fill(0x61), ...hex(digits));
        assert.equal(isUtf8(input), false);
        assert.deepEqual(
          failure(() => decodeUtf8(input)),
          { code: 'LW_UTF8', offset: before + offset },
        );
        assert.equal(decodeUtf8(input, { lossy: true }), new TextDecoder().decode(input));
      }
    }
  });
});
