/*
 * `indexOf` of Node's Buffer works on any Uint8Array. One byte it finds by vectors, which that of typed arrays does not, and without the cost of a
 * call into C++; a needle it finds at the same speed as long as its first byte does not occur, and a hundred times slower where that is frequent.
 */

/** Node takes and gives offsets of 31 bits: it would find something else in larger memory. */
const SIZE_MAX = 2 ** 31 - 1;

type IndexOf = (this: Uint8Array, needle: string | Uint8Array | number, from: number, end?: number) => number;

const found = (globalThis.Buffer as BufferConstructor | undefined)?.prototype.indexOf as IndexOf | undefined;

/** Whether it takes an end, too, as that of Node 26 does: a view of a part takes as long as to search it. */
const takesEnd = found !== undefined && found.call(Uint8Array.of(1, 2), Uint8Array.of(1, 2), 0, 1) === -1;

/** Whether the host finds needles in these bytes: whether `indexOfByHost` may be called. */
export function hostSearches(haystack: Uint8Array): boolean {
  return found !== undefined && haystack.length <= SIZE_MAX;
}

/** Offset of the first `needle` at `from` or behind it, or -1. A string is its UTF-8, where it has one. */
export const indexOfByHost = (haystack: Uint8Array, needle: string | Uint8Array, from: number): number =>
  (found as IndexOf).call(haystack, needle, from);

/** The same for a needle that ends at `end` at the latest. */
export function indexOfByHostUpTo(haystack: Uint8Array, needle: Uint8Array, from: number, end: number): number {
  if (end === haystack.length) return indexOfByHost(haystack, needle, from);
  return takesEnd ? (found as IndexOf).call(haystack, needle, from, end) : indexOfByHost(haystack.subarray(0, end), needle, from);
}

/** Offset of the first such byte at `from` or behind it, or -1. */
export function indexOfByte(haystack: Uint8Array, byte: number, from: number): number {
  return hostSearches(haystack) ? (found as IndexOf).call(haystack, byte, from) : Uint8Array.prototype.indexOf.call(haystack, byte, from);
}
