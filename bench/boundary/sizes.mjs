/** The sizes at which each call is measured, in the unit of its input. */
export const SIZES = [0, 1, 8, 16, 32, 64, 128, 256, 512, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20];

/** @param {number} least @returns {number[]} */
export const sizesFrom = (least) => SIZES.filter((size) => size >= least);

/**
 * Several inputs of one size, so that no two calls in a row get the same one: as many as a power of two, fewer of large ones.
 *
 * @template T
 * @param {number} size @param {(variant: number) => T} make @returns {T[]}
 */
export function variants(size, make) {
  const count = size <= 1 << 12 ? 16 : size <= 1 << 16 ? 4 : 2;
  return Array.from({ length: count }, (_, variant) => make(variant));
}

/** Variants start so far from each other in a text: a prime, so that they share no rhythm. */
export const STRIDE = 7919;
