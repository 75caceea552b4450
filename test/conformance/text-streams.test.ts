import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Matcher, type SearchOptions } from 'lanewise';
import { through } from '../streams.ts';
import { bytes, failure, text } from './helpers.ts';

/** What comes out behind each chunk, and at the end, when a chunk is written only once the one before was passed on. */
async function stepwise<T>(stream: TransformStream<T, T>, chunks: readonly T[], join: (chunks: T[]) => string): Promise<string[]> {
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const out: string[] = [];
  let pending: Promise<ReadableStreamReadResult<T>> = reader.read();
  const settle = async (): Promise<void> => {
    const step: T[] = [];
    for (;;) {
      const next = await Promise.race([pending, new Promise<null>((resolve) => setTimeout(resolve, 5, null))]);
      if (next === null || next.done) break;
      step.push(next.value);
      pending = reader.read();
    }
    out.push(join(step));
  };
  for (const chunk of chunks) {
    await writer.write(chunk);
    await settle();
  }
  await writer.close();
  await settle();
  return out;
}

const joined = (chunks: Uint8Array[]) => text(Uint8Array.from(chunks.flatMap((chunk) => [...chunk])));

describe('Matcher.scanner', () => {
  it('gives matches once they are certain, at offsets from the start of the stream', () => {
    const scanner = new Matcher(['foo', 'foobar', 'bar']).scanner();
    const steps: [string, number, [number, number, number][]][] = [
      ['xxf', 1, []],
      ['oo', 0, [[0, 2, 5]]],
      ['ba', 2, []],
      ['', 2, []],
      [
        'rbarb',
        1,
        [
          [2, 5, 8],
          [2, 8, 11],
        ],
      ],
    ];
    for (const [chunk, heldBack, matches] of steps) {
      assert.deepEqual(
        [...scanner.write(bytes(chunk))].map(({ id, start, end }) => [id, start, end]),
        matches,
      );
      assert.equal(scanner.heldBack, heldBack, chunk);
    }
    assert.equal(scanner.end().length, 0);
    assert.equal(scanner.heldBack, 0);
  });

  it('waits for what may be longer', () => {
    const scanner = new Matcher(['ab', 'abcd'], { semantics: 'leftmost-longest' }).scanner();
    assert.equal(scanner.write(bytes('-abc')).length, 0);
    assert.equal(scanner.heldBack, 3);
    assert.deepEqual([...scanner.write(bytes('x'))], [{ id: 0, start: 1, end: 3 }]);
    assert.equal(scanner.heldBack, 0);
    assert.equal(scanner.write(bytes('abc')).length, 0);
    assert.deepEqual([...scanner.end()], [{ id: 0, start: 5, end: 7 }]);
  });

  it('begins anew behind the end', () => {
    const scanner = new Matcher(['ab']).scanner();
    for (let i = 0; i < 3; i++) {
      assert.deepEqual([...scanner.write(bytes('xab'))], [{ id: 0, start: 1, end: 3 }]);
      assert.equal(scanner.write(bytes('a')).length, 0);
      assert.equal(scanner.end().length, 0);
    }
  });

  it('finds what overlaps', () => {
    const scanner = new Matcher(['aa', 'a'], { semantics: 'all' }).scanner();
    const found = ['a', '', 'aa', '-', 'a'].flatMap((chunk) =>
      [...scanner.write(bytes(chunk))].map(({ id, start, end }) => [id, start, end]),
    );
    assert.deepEqual(found, [
      [1, 0, 1],
      [0, 0, 2],
      [1, 1, 2],
      [0, 1, 3],
      [1, 2, 3],
      [1, 4, 5],
    ]);
    assert.equal(scanner.heldBack, 1);
  });

  it('looks at words across cuts, and completes characters that are cut', () => {
    const words = new Matcher(['art'], { wholeWords: true }).scanner();
    assert.equal(words.write(bytes('he')).length, 0);
    assert.equal(words.write(bytes('art art')).length, 0);
    assert.equal(words.heldBack, 3);
    assert.deepEqual([...words.write(bytes(' '))], [{ id: 0, start: 6, end: 9 }]);
    const folded = new Matcher(['k']).scanner();
    assert.equal(folded.write(Uint8Array.of(0xe2)).length, 0);
    assert.equal(folded.heldBack, 0, 'case matters');
    const kelvin = new Matcher(['k'], { ignoreCase: true }).scanner();
    assert.equal(kelvin.write(Uint8Array.of(0xe2, 0x84)).length, 0);
    assert.equal(kelvin.heldBack, 2);
    assert.deepEqual([...kelvin.write(Uint8Array.of(0xaa))], [{ id: 0, start: 0, end: 3 }]);
  });

  it('keeps the matches of a chunk as they were, and works on when its Matcher is gone', () => {
    const scanner = new Matcher(['ab']).scanner();
    const first = scanner.write(bytes('-ab'));
    const others = Array.from({ length: 50 }, (_, i) => [...scanner.write(bytes('ab'.repeat(i * 50)))].length);
    assert.deepEqual(
      others,
      Array.from({ length: 50 }, (_, i) => i * 50),
    );
    assert.deepEqual([...first.toUint32Array()], [0, 1, 3]);
    const last = scanner.write(bytes('ab'));
    assert.equal(last.start(0), 3 + 100 * ((49 * 50) / 2));
    assert.deepEqual([...last.toUint32Array()], [0, last.start(0), last.end(0)]);
  });

  it('serves several streams at once', () => {
    const matcher = new Matcher(['needle', 'ee']);
    const scanners = Array.from({ length: 20 }, () => matcher.scanner());
    for (const chunk of ['--nee', 'dl', 'e--'])
      for (const [i, scanner] of scanners.entries()) {
        const found = [...scanner.write(bytes(i % 2 === 0 ? chunk : chunk.toUpperCase()))];
        assert.deepEqual(found, i % 2 === 0 && chunk === 'e--' ? [{ id: 0, start: 2, end: 8 }] : []);
      }
  });

  it('holds little of a long stream', () => {
    const scanner = new Matcher([`${'a'.repeat(100)}b`]).scanner();
    const chunk = new Uint8Array(1 << 16).fill(0x61);
    for (let i = 0; i < 100; i++) {
      assert.equal(scanner.write(chunk).length, 0);
      assert.equal(scanner.heldBack, 100);
    }
    assert.deepEqual([...scanner.write(bytes('b'))], [{ id: 0, start: 100 * 65_536 - 100, end: 100 * 65_536 + 1 }]);
  });

  it('refuses what is no chunk', () => {
    const scanner = new Matcher(['a']).scanner();
    assert.throws(() => scanner.write('a' as never), TypeError);
    assert.deepEqual(
      failure(() => scanner.write(new Uint8Array(new SharedArrayBuffer(8)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
    assert.deepEqual([...scanner.write(bytes('a'))], [{ id: 0, start: 0, end: 1 }]);
  });
});

/** Patterns, replacements, options, chunks, and what comes out behind each chunk and at the end. */
const STREAMS: [title: string, string[], string | string[], SearchOptions | undefined, chunks: string[], out: string[]][] = [
  ['at once what cannot be part of a match', ['secret'], '***', undefined, ['a sec', 'ret b', 'se'], ['a ', '*** b', '', 'se']],
  ['no head of a match', ['secret'], '***', undefined, ['s', 'e', 'c', 'r', 'e', 't', 's', 'x'], ['', '', '', '', '', '***', '', 'sx', '']],
  ['one for each pattern', ['ab', 'b'], ['1', '2'], undefined, ['xa', 'bb', 'a'], ['x', '12', '', 'a']],
  [
    'the longest',
    ['ab', 'abcd'],
    ['1', '2'],
    { semantics: 'leftmost-longest' },
    ['abc', 'x', 'abc', 'd', 'ab'],
    ['', '1cx', '', '2', '', '1'],
  ],
  ['whole words', ['art'], '_', { wholeWords: true }, ['art', 's', ' art', ' '], ['', 'arts', ' ', '_ ', '']],
  ['by nothing', ['ab'], '', undefined, ['ab', 'abab', 'a', 'b'], ['', '', '', '', '']],
  ['characters of any size', ['é', '😀'], ['e', ':)'], undefined, ['aé', '😀b'], ['ae', ':)b', '']],
  ['nothing of an empty set', [], [], undefined, ['ab', 'c'], ['ab', 'c', '']],
];

describe('Matcher.replaceStream and replaceStringStream', () => {
  for (const [title, patterns, replacement, options, chunks, out] of STREAMS) {
    it(`replaces ${title}`, async () => {
      const matcher = new Matcher(patterns, options);
      assert.deepEqual(await stepwise(matcher.replaceStringStream(replacement), chunks, (all) => all.join('')), out);
      assert.deepEqual(await stepwise(matcher.replaceStream(replacement), chunks.map(bytes), joined), out);
    });
  }

  it('joins surrogate pairs that are cut between chunks', async () => {
    const matcher = new Matcher(['😀', '\ud801\udc00'], { ignoreCase: true });
    const haystack = 'a😀b\ud801\udc28\ud83dx\ud83d';
    const expected = 'a*b*\ud83dx\ud83d';
    for (let at = 0; at <= haystack.length; at++) {
      for (const chunks of [
        [haystack.slice(0, at), haystack.slice(at)],
        [...Array(haystack.length).keys()].map((i) => haystack.charAt(i)),
      ]) {
        assert.equal((await through(matcher.replaceStringStream('*'), chunks)).join(''), expected);
      }
    }
  });

  it('never gives a view of a chunk, and borrows it no longer than the call', async () => {
    const chunk = bytes('no match in here');
    const [first] = await through(new Matcher(['x']).replaceStream('y'), [chunk]);
    assert.notEqual((first as Uint8Array).buffer, chunk.buffer);
    assert.deepEqual(first, chunk);
    const shared = bytes('ab');
    const stream = new Matcher(['abc']).replaceStream('!');
    const writer = stream.writable.getWriter();
    const reading = stream.readable.getReader().read();
    await writer.write(shared);
    shared.fill(0);
    await writer.write(bytes('x'));
    const next = await reading;
    assert.equal(text(next.value as Uint8Array), 'abx');
  });

  it('writes the UTF-8 of a replacement, U+FFFD for a lone surrogate', async () => {
    assert.equal(joined(await through(new Matcher(['x']).replaceStream('é\ud83d'), [bytes('axa')])), 'aé\ufffda');
    assert.deepEqual(await through(new Matcher(['x']).replaceStringStream('é\ud83d'), ['axa']), ['aé\ud83da']);
  });

  it('refuses what is no replacement, at once', () => {
    const matcher = new Matcher(['x', 'y']);
    for (const bad of [undefined, 1, () => 'a', ['a'], ['a', 'b', 'c'], ['a', 1], bytes('a')]) {
      assert.throws(() => matcher.replaceStream(bad as never), TypeError);
      assert.throws(() => matcher.replaceStringStream(bad as never), TypeError);
    }
  });

  it('fails with a TypeError for a chunk of another type', async () => {
    const matcher = new Matcher(['x']);
    await assert.rejects(through(matcher.replaceStream('y'), ['x' as never]), TypeError);
    await assert.rejects(through(matcher.replaceStringStream('y'), [bytes('x') as never]), TypeError);
  });
});

describe('options of a Matcher', () => {
  it('are read once, and may search while they are read', () => {
    const other = new Matcher(['other']);
    const reads: string[] = [];
    const reading = <T>(name: string, value: T): T => {
      reads.push(name);
      assert.equal(other.count('other '.repeat(2_000)), 2_000);
      return value;
    };
    const matcher = new Matcher(['a', 'ab'], {
      get semantics() {
        return reading('semantics', 'leftmost-longest' as const);
      },
      get ignoreCase() {
        return reading('ignoreCase', 'ascii' as const);
      },
      get wholeWords() {
        return reading('wholeWords', false);
      },
      get memoryMax() {
        return reading('memoryMax', 1 << 20);
      },
    });
    assert.deepEqual(reads, ['semantics', 'ignoreCase', 'wholeWords', 'memoryMax']);
    assert.deepEqual([...matcher.findAll(`${'-'.repeat(5_000)}AB`)], [{ id: 1, start: 5_000, end: 5_002 }]);
  });
});
