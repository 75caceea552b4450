import { LanewiseError } from './error.ts';
import { tapeOf } from './json-document.ts';
import { check, checkSize, checkType, type JsonLimits, type ResolvedLimits, resolveLimits, withoutLoneSurrogates } from './json-input.ts';
import { mayHaveBigIntegers, valueWithBigIntegers } from './objects/big-integers.ts';
import { decodeText } from './objects/strings.ts';
import { encodeUtf8 } from './utf8.ts';

/** How `parse` reads. */
export interface ParseOptions extends JsonLimits {
  /** 'auto' makes a BigInt of an integer (no fraction, no exponent) outside the safe range. @default 'never' */
  bigint?: 'never' | 'auto';
}

/**
 * The value of a JSON text, as `JSON.parse` gives it; a lone surrogate in a string input is kept, as there. O(n).
 *
 * @throws {LanewiseError} as `validate`; LW_SIZE when the host has no string as long as the input; with `bigint: 'auto'`
 *   LW_JSON_NUMBER_RANGE at an integer that is too large for the host's BigInt
 */
export function parse(input: string | Uint8Array, options?: ParseOptions): unknown {
  const given = checkType(input);
  const exact = options?.bigint === 'auto';
  const limits = resolveLimits(options);
  checkSize(given, limits);
  if (needsVerdict(given, limits)) check(given, limits);
  const text = typeof given === 'string' ? given : decodeText(given, 0, given.length);
  if (text === undefined) throw refusal(given, limits);
  if (exact && mayHaveBigIntegers(text)) return exactValue(given, limits);
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(given, limits);
  }
}

/**
 * The UTF-8 of the text that `JSON.stringify` makes of `value`. O(n).
 *
 * @throws {TypeError} for what has no JSON text (undefined, a function, a symbol), for a BigInt and for a cycle; what a `toJSON` throws
 * @throws {LanewiseError} LW_SIZE when the host has no string as long as the text
 */
export function stringify(value: unknown): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined)
    throw new TypeError(`${typeof value === 'object' ? 'an object that says so' : `a ${typeof value}`} has no JSON text`);
  return encodeUtf8(text);
}

/** Whether what `JSON.parse` takes may be more than the limits allow: it knows none, and each level takes two units. */
function needsVerdict(input: string | Uint8Array, { depthMax, flags }: ResolvedLimits): boolean {
  return flags !== 0 || input.length > 2 * depthMax + 1;
}

/** The error of a text that the host does not take. */
function refusal(input: string | Uint8Array, limits: ResolvedLimits): LanewiseError {
  check(input, limits);
  return new LanewiseError('LW_SIZE', input.length, input);
}

function exactValue(input: string | Uint8Array, limits: ResolvedLimits): unknown {
  const bytes = typeof input === 'string' ? encodeUtf8(withoutLoneSurrogates(input)) : input;
  return valueWithBigIntegers(tapeOf(bytes, limits));
}
