/** Random numbers that are the same in every run: all generated data comes from here. */

/** @typedef {ReturnType<typeof seeded>} Random */

/** @param {number} seed */
export function seeded(seed) {
  let state = seed >>> 0;
  /** In 0..1. Mulberry32 (Tommy Ettinger, public domain): one 32-bit word of state, full period. */
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** @param {number} bound an integer in 0..bound */
  const below = (bound) => Math.floor(next() * bound);
  /** @template T @param {readonly T[]} list @returns {T} */
  const pick = (list) => /** @type {T} */ (list[below(list.length)]);
  /** @param {number} digits */
  const hex = (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return { next, below, pick, hex };
}
