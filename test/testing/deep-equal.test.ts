import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ExtensionValue, Timestamp } from 'lanewise';
import { deepEqual, msgpackValue } from 'lanewise/testing';

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}
const cycle = (length: number): unknown => {
  const first: Record<string, unknown> = {};
  let last = first;
  for (let i = 1; i < length; i++) last = last.next = {} as Record<string, unknown>;
  last.next = first;
  return first;
};
const holes = new Array(2);

/** No two of them are equal; each makes its value anew. */
const DIFFERENT: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => 0,
  () => -0,
  () => 0n,
  () => '0',
  () => Number.NaN,
  () => false,
  () => [],
  () => [undefined],
  () => holes.slice(0, 1),
  () => [null],
  () => [[]],
  () => ({}),
  () => ({ a: undefined }),
  () => ({ a: 1 }),
  () => ({ a: 1, b: 2 }),
  () => Object.create(null),
  () => new Map(),
  () => new Map([[1, 2]]),
  () => new Map([[2, 1]]),
  () =>
    new Map([
      [1, 2],
      [2, 1],
    ]),
  () =>
    new Map([
      [2, 1],
      [1, 2],
    ]),
  () => new Set(),
  () => new Set([1, 2]),
  () => new Set([2, 1]),
  () => new Uint8Array(),
  () => Uint8Array.of(0),
  () => Uint8Array.of(1),
  () => Int8Array.of(1),
  () => Float64Array.of(0),
  () => Float64Array.of(-0),
  () => new ArrayBuffer(0),
  () => new ArrayBuffer(1),
  () => new DataView(new ArrayBuffer(1)),
  () => new Date(0),
  () => new Date(1),
  () => new Date(Number.NaN),
  () => new Timestamp(0),
  () => new Timestamp(0, 1),
  () => new Timestamp(2n ** 60n),
  () => new ExtensionValue(1, new Uint8Array()),
  () => new ExtensionValue(2, new Uint8Array()),
  () => new ExtensionValue(1, new Uint8Array(1)),
  () => new Point(1),
  () => new Point(2),
  () => /a/,
  () => /a/g,
  () => new Error('a'),
  () => new TypeError('a'),
  () => Object(1),
  () => Object(2),
  () => Object('a'),
  () => ({ [Symbol.iterator]: 1 }),
  () => Symbol.iterator,
  () => Math.max,
  () => Math.min,
  () => cycle(2),
  () => ({ next: { next: null } }),
];

describe('deepEqual', () => {
  it('tells all of these from each other, and each is equal to its twin', () => {
    for (const [i, one] of DIFFERENT.entries()) {
      for (const [j, other] of DIFFERENT.entries()) {
        assert.equal(deepEqual(one(), other()), i === j, `${i} and ${j}`);
        assert.equal(deepEqual({ a: [one()] }, { a: [other()] }), i === j, `${i} and ${j} within`);
      }
    }
  });

  it('ignores the order of keys, the class of a Buffer, where a view lies, and how a cycle is cut', () => {
    assert.ok(deepEqual({ a: 1, b: 2 }, { b: 2, a: 1 }));
    assert.ok(deepEqual(Buffer.of(1, 2), new Uint8Array([0, 1, 2]).subarray(1)));
    assert.ok(deepEqual(cycle(2), cycle(3)));
    const shared = [1];
    assert.ok(deepEqual([shared, shared], [[1], [1]]));
    assert.ok(deepEqual(new Timestamp(5n), new Timestamp(5)));
  });

  it('overflows no stack', () => {
    const nest = () => {
      let value: unknown = 1;
      for (let i = 0; i < 200_000; i++) value = [value];
      return value;
    };
    assert.ok(deepEqual(nest(), nest()));
    assert.ok(!deepEqual([nest()], nest()));
  });

  it('says what assert.deepStrictEqual says of MessagePack values, but for the order of entries', () => {
    const strict = (a: unknown, b: unknown) => {
      try {
        assert.deepStrictEqual(a, b);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.clone(msgpackValue(), 2), msgpackValue(), ([one, twin], other) => {
        assert.ok(deepEqual(one, twin));
        assert.equal(deepEqual(one, other), strict(one, other));
      }),
    );
  });
});
