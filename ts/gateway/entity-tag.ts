/**
 * A strong entity tag: FNV-1a of 64 bits, 16 hexadecimal digits between quotes. O(body.length).
 *
 * Source: the FNV Non-Cryptographic Hash Algorithm, draft-eastlake-fnv.
 */
export function entityTag(body: Uint8Array): string {
  // Four limbs of 16 bits, lowest first: the prime is 2^40 + 0x1b3, so no product exceeds a double.
  let [a, b, c, d] = [0x2325, 0x8422, 0x9ce4, 0xcbf2];
  for (const byte of body) {
    const low = a ^ byte;
    const a1 = low * 0x1b3;
    const b1 = b * 0x1b3 + (a1 >>> 16);
    const c1 = c * 0x1b3 + (low << 8) + (b1 >>> 16);
    const d1 = d * 0x1b3 + (b << 8) + (c1 >>> 16);
    a = a1 & 0xffff;
    b = b1 & 0xffff;
    c = c1 & 0xffff;
    d = d1 & 0xffff;
  }
  return `"${[d, c, b, a].map((limb) => limb.toString(16).padStart(4, '0')).join('')}"`;
}
