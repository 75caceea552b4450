import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Matcher } from 'lanewise';
import { bytes, failure } from './helpers.ts';

describe('Matcher.which', () => {
  it('names every pattern that occurs, whatever the semantics, equal ones too', () => {
    const patterns = ['ab', 'b', 'abc', 'x', 'b', bytes('bc'), bytes('é')];
    for (const semantics of ['leftmost-first', 'leftmost-longest', 'all'] as const) {
      const matcher = new Matcher(patterns, { semantics });
      for (const before of [0, 300, 2_000, 50_000]) {
        const haystack = `${'-'.repeat(before)}abcé`;
        assert.deepEqual(matcher.which(haystack), Uint32Array.of(0, 1, 2, 4, 5, 6));
        assert.deepEqual(matcher.which(bytes(haystack)), Uint32Array.of(0, 1, 2, 4, 5, 6));
        assert.deepEqual(matcher.which('-'.repeat(before)), new Uint32Array());
      }
    }
    assert.deepEqual(new Matcher([]).which('abc'), new Uint32Array());
  });

  it('knows case and words', () => {
    assert.deepEqual(new Matcher(['K', 'straße', 'x'], { ignoreCase: true }).which('\u212a STRAßE'), Uint32Array.of(0, 1));
    assert.deepEqual(new Matcher(['art', 'heart'], { wholeWords: true }).which('heart'), Uint32Array.of(1));
  });

  it('names a hundred thousand', () => {
    const words = Array.from({ length: 100_000 }, (_, i) => `w${i};`);
    const found = new Matcher(words).which(words.join(' '));
    assert.equal(found.length, 100_000);
    assert.ok(found.every((id, i) => id === i));
  });
});

describe('Matcher.testBatch', () => {
  const matchers = [new Matcher(['needle', 'é', 'Ω', '😀']), new Matcher(Array.from({ length: 40 }, (_, i) => `n${i}dle`))];
  const items = ['', 'a', 'needle', 'a needle', 'n1dle', 'é', 'caf\u00e9', 'Ω', 'xΩ', '😀', '\ud83d', 'nee', 'dle', 'мир'];

  it('gives what test gives, for any number of strings of any kind', () => {
    for (const matcher of matchers) {
      for (const count of [0, 1, 2, 3, 4, 5, 20, 500, 5_000]) {
        for (const step of [1, 3, 5]) {
          const strings = Array.from({ length: count }, (_, i) => items[(i * step) % items.length] as string);
          const expected = Uint8Array.from(strings, (text) => Number(matcher.test(text)));
          assert.deepEqual(matcher.testBatch(strings), expected, `${count} ${step}`);
          const arrays = strings.map(bytes);
          assert.deepEqual(
            matcher.testBatch(arrays),
            Uint8Array.from(arrays, (array) => Number(matcher.test(array))),
          );
        }
      }
    }
  });

  it('does not find what only two neighbours make', () => {
    for (const matcher of matchers)
      assert.deepEqual(matcher.testBatch(Array(40).fill(['nee', 'dle', 'n1', '\ud83d', '\ude00']).flat()), new Uint8Array(200));
  });

  it('takes items of every size among each other', () => {
    for (const [matcher] of [matchers]) {
      const sizes = [0, 1, 24, 25, 16_000, 16_330, 16_350, 32_700, 32_704, 32_705, 100_000, 3, 5];
      const strings = sizes.flatMap((size) => [`${'x'.repeat(size)}needle`, 'x'.repeat(size), `Ж${'x'.repeat(size)}needle`]);
      const expected = Uint8Array.from(sizes.flatMap(() => [1, 0, 1]));
      assert.deepEqual((matcher as Matcher).testBatch(strings), expected);
      assert.deepEqual((matcher as Matcher).testBatch(strings.map(bytes)), expected);
    }
  });

  it('refuses what is no list of strings alone or of bytes alone', () => {
    const [matcher] = matchers as [Matcher];
    for (const bad of [
      undefined,
      'abc',
      bytes('abc'),
      new Set(['a']),
      [1],
      ['a', bytes('a')],
      [bytes('a'), 'a'],
      ['a', undefined],
      Array(5),
    ]) {
      assert.throws(() => matcher.testBatch(bad as never), TypeError, String(bad));
    }
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    assert.deepEqual(
      failure(() => matcher.testBatch([bytes('a'), shared])),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
  });

  it('does not believe what a getter says', () => {
    const [matcher] = matchers as [Matcher];
    const other = new Matcher(['other']);
    const liar = (size: number, length: number) =>
      Object.defineProperty(bytes('needle'.padEnd(size)), 'length', {
        get: () => {
          other.test('-'.repeat(5_000));
          return length;
        },
      });
    const list = [bytes('x'), liar(6, 100_000), bytes('needle'), liar(50, 0), bytes('x')];
    assert.deepEqual(matcher.testBatch(list), Uint8Array.of(0, 1, 1, 1, 0));
    let count = 0;
    const changing = new Proxy(['x', 'needle', 'x', 'x', 'x'], {
      get: (target, key) => (key === '1' && count++ > 0 ? 'x' : Reflect.get(target, key)),
    });
    assert.deepEqual(matcher.testBatch(changing), Uint8Array.of(0, 1, 0, 0, 0));
  });
});
