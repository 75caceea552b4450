import { backend } from './backend/current.ts';
import { borrowBytes, prepare } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { tapeOf } from './json-document.ts';
import {
  check,
  checkSize,
  checkType,
  DEPTH_MAX,
  type JsonLimits,
  type ResolvedLimits,
  resolveLimits,
  textOfValue,
  withoutLoneSurrogates,
} from './json-input.ts';
import { mayHaveBigIntegers, valueWithBigIntegers } from './objects/big-integers.ts';
import { decodeLatin1, decodeText, decodeUtf16, readsForms } from './objects/strings.ts';
import { encodeUtf8 } from './utf8.ts';

/**
 * Up to here nothing can nest too deep by default, and to let the host make the string of UTF-8 costs as much as the crossing (ASCII) or
 * up to a fifth more (non-ASCII, Node 20).
 */
const HOST_MAX = 2 * DEPTH_MAX + 1;
/** What the engine has prepared: `json_host_text` in `crates/lanewise-binding/src/codecs.rs`. */
const FORM = { none: 0, ascii: 1, latin1: 2 } as const;
const FORMS = 4;

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
  const text = typeof given === 'string' ? checked(given, limits) : textOf(given, limits);
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
 * @throws {LanewiseError} LW_SIZE when the host has no string as long as the text; LW_DEPTH when the value nests too deep for the host's stack
 */
export function stringify(value: unknown): Uint8Array<ArrayBuffer> {
  const text = textOfValue(value);
  if (text === undefined)
    throw new TypeError(`${typeof value === 'object' ? 'an object that says so' : `a ${typeof value}`} has no JSON text`);
  return encodeUtf8(text);
}

/** Passes an input on that only limits could forbid. */
function checked<Input extends string | Uint8Array>(input: Input, limits: ResolvedLimits): Input {
  if (needsVerdict(input, limits)) check(input, limits);
  return input;
}

/** A string for `JSON.parse`, within the limits if it is JSON; undefined when there is none. */
function textOf(input: Uint8Array, limits: ResolvedLimits): string | undefined {
  if (limits.flags === 0 && input.length > HOST_MAX && readsForms) {
    const text = engineText(input, limits);
    if (text !== undefined) return text;
  }
  return decodeText(checked(input, limits), 0, input.length);
}

/** The text as the engine prepares it for the host: in the host's own form, without most white space; undefined where it does not. */
function engineText(input: Uint8Array, { depthMax, flags }: ResolvedLimits): string | undefined {
  prepare(input, depthMax, flags);
  const outcome = backend.jsonHostText();
  const form = outcome % FORMS;
  if (form === FORM.none) return undefined;
  if (form === FORM.ascii) return decodeLatin1(input);
  const bytes = borrowBytes(Math.floor(outcome / FORMS));
  return form === FORM.latin1 ? decodeLatin1(bytes) : decodeUtf16(bytes);
}

/** Whether what `JSON.parse` takes may be more than the limits allow: it knows none, and each level takes two units. */
function needsVerdict(input: string | Uint8Array, { depthMax, flags }: ResolvedLimits): boolean {
  return flags !== 0 || input.length > 2 * depthMax + 1;
}

/** The error of a text that the host does not take. */
function refusal(input: string | Uint8Array, limits: ResolvedLimits): LanewiseError {
  check(input, limits);
  return new LanewiseError('LW_SIZE');
}

function exactValue(input: string | Uint8Array, limits: ResolvedLimits): unknown {
  const bytes = typeof input === 'string' ? encodeUtf8(withoutLoneSurrogates(input)) : input;
  return valueWithBigIntegers(tapeOf(bytes, limits));
}
