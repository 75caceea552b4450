import fc, { type Arbitrary } from 'fast-check';
import { anyText, finiteNumber, memberName, toObject, wellFormedText } from './awkward.ts';
import { mutated } from './mutation.ts';

/** How deep the trees of values go; deeper ones are chains of containers of one member each. */
export const TREE_DEPTH = 5;
/** How many containers may be open at once where no limit is given; what most readers take. */
export const DEPTH_MAX = 64;
/** How many elements a container of containers has at most. */
export const NARROW = 5;
/** The same of a container of scalars alone. */
const WIDTHS = { small: 5, medium: 20, large: 200 };

/** A piece of JSON text, and what it says. */
interface Spelled {
  readonly text: string;
  readonly value: unknown;
}
interface SpelledText extends Spelled {
  readonly value: string;
}

const encoder = new TextEncoder();

/**
 * Values that JSON can hold, the awkward ones often: `-0`, 2^53, lone surrogates, `__proto__` as a name, names that look like numbers,
 * deep and wide ones. Objects have the prototype of `{}`.
 *
 * @param options.depthMax containers inside each other; `@default 64`
 * @param options.size up to 5, 20 or 200 elements in a container of scalars; `@default 'medium'`
 */
export function jsonValue(options: { depthMax?: number; size?: 'small' | 'medium' | 'large' } = {}): Arbitrary<unknown> {
  const { depthMax = DEPTH_MAX, size = 'medium' } = options;
  const maxLength = WIDTHS[size];
  const name = memberName(anyText());
  const scalar: Arbitrary<unknown> = fc.oneof(fc.constant(null), finiteNumber(), anyText(), name, fc.boolean());
  const { value: tree } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: Math.min(depthMax, TREE_DEPTH), withCrossShrink: true },
      { weight: 4, arbitrary: scalar },
      { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: NARROW }) },
      { weight: 1, arbitrary: fc.array(fc.tuple(name, tie('value')), { maxLength: NARROW }).map(toObject) },
      { weight: 1, arbitrary: fc.array(scalar, { maxLength, size: 'max' }) },
      { weight: 1, arbitrary: fc.array(fc.tuple(name, scalar), { maxLength, size: 'max' }).map(toObject) },
    ),
  }));
  const wrap = fc.constantFrom<(value: unknown) => unknown>(
    (value) => [value],
    (value) => ({ a: value }),
  );
  return orChain(tree, scalar, wrap, depthMax);
}

/**
 * Valid JSON text in UTF-8, and the value that JSON.parse gives for it. White space, escapes and the spelling of numbers vary; now and then a
 * name comes twice, and the last one counts.
 *
 * @param options.depthMax containers inside each other; `@default 64`
 */
export function jsonText(options: { depthMax?: number } = {}): Arbitrary<{ text: Uint8Array; value: unknown }> {
  return spelledValue(options.depthMax ?? DEPTH_MAX).map(({ text, value }) => ({ text: encoder.encode(text), value }));
}

/** Bytes that are one mutation away from JSON text; most of them are no JSON, and some no UTF-8. */
export function nearlyJson(): Arbitrary<Uint8Array> {
  const bytes = encoder.encode('[]{},:"\\/0-+.eEtfn \n\u0001');
  return mutated(
    jsonText({ depthMax: 8 }).map(({ text }) => text),
    fc.oneof(fc.constantFrom(...bytes), fc.nat({ max: 255 })),
  );
}

/** Now and then, in place of a tree, as many containers around a scalar as the limit allows, or fewer. */
export function orChain<T>(tree: Arbitrary<T>, scalar: Arbitrary<T>, wrap: Arbitrary<(value: T) => T>, depthMax: number): Arbitrary<T> {
  const wraps = fc.array(wrap, { maxLength: depthMax, size: 'max' });
  const chain = fc.tuple(scalar, wraps).map(([value, list]) => list.reduce((inner, around) => around(inner), value));
  return fc.oneof({ withCrossShrink: true }, { weight: 15, arbitrary: tree }, { weight: 1, arbitrary: chain });
}

function spelledValue(depthMax: number): Arbitrary<Spelled> {
  const scalar: Arbitrary<Spelled> = fc.oneof(
    fc.constantFrom<Spelled>({ text: 'null', value: null }, { text: 'true', value: true }, { text: 'false', value: false }),
    spelledNumber(),
    spelledText(),
  );
  const { value: tree } = fc.letrec<{ value: Spelled }>((tie) => {
    const member = fc.tuple(gap(), spelledText(), gap(), gap(), tie('value'), gap());
    return {
      value: fc.oneof(
        { maxDepth: Math.min(depthMax, TREE_DEPTH), withCrossShrink: true },
        { weight: 2, arbitrary: scalar },
        { weight: 1, arbitrary: fc.tuple(gap(), fc.array(fc.tuple(gap(), tie('value'), gap()), { maxLength: NARROW })).map(spellArray) },
        { weight: 1, arbitrary: fc.tuple(gap(), fc.array(member, { maxLength: NARROW })).map(spellObject) },
      ),
    };
  });
  const wrap = fc.constantFrom<(inner: Spelled) => Spelled>(
    ({ text, value }) => ({ text: `[${text}]`, value: [value] }),
    ({ text, value }) => ({ text: `{"a":${text}}`, value: { a: value } }),
  );
  return fc
    .tuple(gap(), orChain(tree, scalar, wrap, depthMax), gap())
    .map(([before, { text, value }, after]) => ({ text: before + text + after, value }));
}

function spellArray([empty, elements]: [string, [string, Spelled, string][]]): Spelled {
  const texts = elements.map(([before, { text }, after]) => before + text + after);
  return { text: `[${texts.length === 0 ? empty : texts.join(',')}]`, value: elements.map(([, { value }]) => value) };
}

function spellObject([empty, members]: [string, [string, SpelledText, string, string, Spelled, string][]]): Spelled {
  const texts = members.map(
    ([before, name, after, beforeValue, { text }, end]) => `${before}${name.text}${after}:${beforeValue}${text}${end}`,
  );
  return {
    text: `{${texts.length === 0 ? empty : texts.join(',')}}`,
    value: toObject(members.map(([, name, , , { value }]) => [name.value, value])),
  };
}

/** White space that JSON allows, mostly none. */
function gap(): Arbitrary<string> {
  return fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');
}

/** A double in one of the spellings that it has, or digits that are nearest to it. */
function spelledNumber(): Arbitrary<Spelled> {
  const shortest = finiteNumber().map((value) => (Object.is(value, -0) ? '-0' : String(value)));
  const digits = (maxLength: number) =>
    fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength }).map((list) => list.join('').replace(/^0+(?=.)/, ''));
  const exponent = fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-', 'E-'), fc.nat({ max: 330 })).map(([sign, power]) => sign + power);
  const assembled = fc
    .tuple(fc.constantFrom('', '-'), digits(25), fc.option(digits(25), { nil: undefined }), fc.option(exponent, { nil: '' }))
    .map(([sign, whole, fraction, power]) => sign + whole + (fraction === undefined ? '' : `.${fraction}`) + power);
  // A number too large for a double is valid JSON too, and JSON.parse gives an infinity: values of JSON have none.
  return fc
    .oneof(shortest, assembled)
    .map((text) => ({ text, value: Number(text) }))
    .filter(({ value }) => Number.isFinite(value));
}

/** How a character of a string may be written, besides as it is. */
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['/', '\\/'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A string: every character as it is where that is allowed, or with its short escape, or by its code units. */
function spelledText(): Arbitrary<SpelledText> {
  const character = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('"', '\\', '/', '\b', '\f', '\n', '\r', '\t', '\u0000', '\ud800', '\udc00', '😀'),
  );
  const spelledCharacter = fc.tuple(character, fc.constantFrom('plain', 'plain', 'short', 'units', 'UNITS')).map(spellCharacter);
  const varied = fc.array(spelledCharacter, { maxLength: 12 }).map((list) => ({
    text: `"${list.map(({ text }) => text).join('')}"`,
    value: list.map(({ value }) => value).join(''),
  }));
  const usual = fc.oneof(memberName(wellFormedText()), anyText()).map((value) => ({ text: JSON.stringify(value), value }));
  return fc.oneof({ withCrossShrink: true }, usual, varied);
}

function spellCharacter([character, way]: [string, string]): SpelledText {
  const short = SHORT_ESCAPES.get(character);
  if (way === 'short' && short !== undefined) return { text: short, value: character };
  const isPlain = !/["\\\p{Cs}]/u.test(character) && !hasControl(character);
  if (way !== 'units' && way !== 'UNITS' && isPlain) return { text: character, value: character };
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return { text: units.map((unit) => `\\u${way === 'UNITS' ? unit.toUpperCase() : unit}`).join(''), value: character };
}

function hasControl(text: string): boolean {
  return text.split('').some((unit) => unit < ' ');
}
