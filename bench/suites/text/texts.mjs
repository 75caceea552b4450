/** The texts that the cases of `text` share. */
import { cyrillic, english, part } from '../../data/texts.mjs';

/** A size in memory: units of one byte or of two. */
const TEXT_BYTES = 600_000;

export function englishText() {
  return part(english(), TEXT_BYTES, 0);
}

/** As many units as V8 holds in the same memory. */
export function cyrillicText() {
  return part(cyrillic(), TEXT_BYTES / 2, 0);
}
