import fc, { type Arbitrary } from 'fast-check';

/** Names that a program may take for something else, or keep in an order of its own. */
const NAMES = ['__proto__', 'constructor', 'toString', 'length', '', '0', '1', '10', '9', '-1', '4294967295', 'a', 'b', 'x'.repeat(33)];

/** Lengths at which the header of a string or of binary gets wider. */
const BORDERS: readonly number[] = [32, 256, 65536];

/** Of the headers of arrays and maps. */
export const COUNT_BORDERS: readonly number[] = [16, 65536];

/** Numbers at which formats change their width, or doubles their meaning. */
const NUMBERS = [0, -0, -0, 0.1, 1.5, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 2 ** 53, -(2 ** 53), 2 ** 64, 1e21, 1e-7];

/** Any double but `NaN` and the infinities; integers at the borders of their widths are frequent. */
export function finiteNumber(): Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: -300, max: 300 }),
    { weight: 2, arbitrary: fc.constantFrom(...NUMBERS) },
    fc.maxSafeInteger(),
    borderInteger().map(Number).filter(Number.isSafeInteger),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
  );
}

/** Integers within a few of a power of two, up to 64 bits, of both signs. */
export function borderInteger(): Arbitrary<bigint> {
  return fc
    .tuple(fc.nat({ max: 64 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([bits, offset, isNegative]) => (isNegative ? -(2n ** BigInt(bits)) + BigInt(offset) : 2n ** BigInt(bits) + BigInt(offset)));
}

/** Text of whole characters, of all lengths in UTF-8, now and then just as long as a format has it in one width or the next. */
export function wellFormedText(): Arbitrary<string> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('\u0000', '\u007f\u0080\u07ff\u0800\uffff', '\ufeff', '\ufffd', '\u2028', '"\\/\b\f\n\r\t', '😀'),
    },
    { weight: 3, arbitrary: fc.tuple(borderLength(), fc.constantFrom('a', 'é', '€')).map(([length, letter]) => letter.repeat(length)) },
  );
}

/** As `wellFormedText`, with lone surrogates. */
export function anyText(): Arbitrary<string> {
  const surrogate = fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff', '\ude00\ud83d', 'a\ud800b');
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: wellFormedText() },
    { weight: 1, arbitrary: surrogate },
    { weight: 1, arbitrary: fc.tuple(wellFormedText(), surrogate).map(([text, lone]) => text + lone) },
  );
}

/** The names of members: short, and often awkward. */
export function memberName(text: Arbitrary<string>): Arbitrary<string> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
    { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: text },
  );
}

/** Lengths one below, at and one above where a header gets wider; shrinks to short ones. */
export function borderLength(borders: readonly number[] = BORDERS): Arbitrary<number> {
  return fc.tuple(fc.constantFrom(...borders), fc.integer({ min: -1, max: 1 })).map(([border, offset]) => border + offset);
}

/** Extension types of MessagePack: of -128 to 127 all but -1, which is the timestamp. */
export function extensionType(): Arbitrary<number> {
  return fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: -128, max: -2 }));
}

/** An object of these members as own properties, `__proto__` among them; of equal names the last counts. */
export function toObject(members: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(members);
}
