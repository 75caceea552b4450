/** The same input twice, in different memory: see `harness/measure.mjs`. */
import { flat } from '../data/texts.mjs';

/** @template {string | Buffer} T @param {T} input @returns {[T, T]} */
export function copies(input) {
  return [input, /** @type {T} */ (typeof input === 'string' ? flat(input) : Buffer.from(input))];
}
