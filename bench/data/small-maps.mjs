/**
 * Many small maps: what object codecs find hardest, for almost every byte is a header or a key.
 * Origin: generated, the same in every run. Licence: that of this repository.
 */
import { seeded } from './random.mjs';

const KEYS = ['id', 'x', 'y', 'name', 'kind', 'next', 'on'];

/**
 * A list of maps of 1 to 5 members; one in eight has keys that look like numbers, which V8 keeps apart from other keys.
 * @param {number} bytes size of its JSON text, about
 */
export function smallMaps(bytes) {
  const random = seeded(3);
  const maps = [];
  for (let size = 0; size < bytes; ) {
    const map = random.below(8) === 0 ? numbered(random) : named(random);
    maps.push(map);
    size += JSON.stringify(map).length + 1;
  }
  return maps;
}

/** @param {import('./random.mjs').Random} random */
function named(random) {
  const start = random.below(KEYS.length - 4);
  return Object.fromEntries(KEYS.slice(start, start + 1 + random.below(5)).map((key) => [key, scalar(random)]));
}

/** @param {import('./random.mjs').Random} random */
function numbered(random) {
  return Object.fromEntries(Array.from({ length: 1 + random.below(4) }, () => [random.below(5000), scalar(random)]));
}

/** @param {import('./random.mjs').Random} random */
function scalar(random) {
  switch (random.below(4)) {
    case 0:
      return random.below(100_000);
    case 1:
      return random.next() < 0.5;
    case 2:
      return `v${random.hex(4)}`;
    default:
      return random.below(100);
  }
}
