import { borrow, wrongType } from './input.ts';
import { isUint8Array } from './objects/built-in.ts';
import { packList, unpackList } from './pack.ts';
import { stringOfUtf16, utf16Of } from './units.ts';

/** What a pattern's bytes are: `KIND_BYTES` and `KIND_UNITS` in `crates/lanewise-binding/src/search.rs`. */
const KIND = { bytes: 0, units: 1 } as const;

/**
 * Patterns as the backend takes them: strings by their UTF-16 units.
 *
 * @throws {TypeError} for what is neither a string nor a Uint8Array
 * @throws {LanewiseError} LW_TOO_LARGE; LW_SHARED_INPUT
 */
export function packPatterns(patterns: readonly (string | Uint8Array)[]): Uint8Array {
  const list = patterns.map((pattern) => {
    if (typeof pattern === 'string') return { bytes: utf16Of(pattern), kind: KIND.units };
    if (isUint8Array(pattern)) return { bytes: borrow(pattern), kind: KIND.bytes };
    throw wrongType('patterns that are strings or Uint8Arrays', pattern);
  });
  return packList(list);
}

/** The patterns that were packed so. */
export function unpackPatterns(packed: Uint8Array): (string | Uint8Array)[] {
  return unpackList(packed).map(({ bytes, kind }) => (kind === KIND.units ? stringOfUtf16(bytes) : bytes));
}
