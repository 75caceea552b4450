import { backend } from './backend/current.ts';
import { toError } from './backend/fault.ts';
import { ownBytes, putBoth } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { borrow, wrongType } from './input.ts';
import { check, failure, LONE_SURROGATES, putText, resolveLimits, textOfValue, withoutLoneSurrogates } from './json-input.ts';
import { isUint8Array } from './objects/built-in.ts';
import { encodeUtf8 } from './utf8.ts';

/** `JSON.stringify` takes no more of an indent. */
const INDENT_MAX = 10;
const INDENT = 2;
/** The bytes of each number of spaces: made once, since that takes longer than a small text to lay out. */
const SPACES = Array.from({ length: INDENT_MAX + 1 }, (_, count) => encodeUtf8(' '.repeat(count)));
/** By how much a lone surrogate becomes longer when it is escaped. */
const ESCAPE_GROWTH = 5;

/**
 * The same JSON, laid out as `JSON.stringify(value, null, indent)` does. Strings and numbers keep their spelling, members their order, and
 * of duplicate keys none is dropped. O(n), where n is the size of the result, which grows with the depth of each line.
 *
 * A lone surrogate of a string input, which UTF-8 cannot hold, becomes its escape; one of the indent becomes U+FFFD.
 *
 * @param options.indent a number of spaces, up to 10, or the first 10 units of a string; without any, as `minify`. `@default 2`
 * @throws {LanewiseError} as `validate`; LW_SIZE when the result is 4 GiB or larger or there is no memory for it
 */
export function prettify(input: string | Uint8Array, options?: { indent?: number | string }): Uint8Array<ArrayBuffer> {
  const indent = indentOf(options?.indent);
  const text = typeof input === 'string' ? encodeUtf8(withoutLoneSurrogates(input)) : borrow(input);
  putBoth(text, indent);
  const outcome = backend.jsonPrettify();
  if (outcome < 0) throw failure(outcome, input);
  return ownBytes(outcome);
}

/**
 * The canonical form (RFC 8785): no white space, members in the order of the UTF-16 units of their keys, strings and numbers as
 * `JSON.stringify` spells them. O(n log n).
 *
 * @throws {LanewiseError} as `validate`; then, for the first in the text of what I-JSON rules out: LW_JSON_NUMBER_RANGE at a number beyond
 *   the range of a double, LW_JSON_ESCAPE at a lone surrogate or the backslash of its escape, LW_JSON_DUPLICATE_KEY at the closing quote
 *   of the second key; LW_SIZE when there is no memory for the result
 */
export function canonicalize(input: string | Uint8Array): Uint8Array<ArrayBuffer> {
  putText(input);
  const outcome = backend.jsonCanonicalize();
  if (outcome < 0) throw typeof input === 'string' ? failureOf(outcome, input) : failure(outcome, input);
  return ownBytes(outcome);
}

/**
 * The text of `input` after the operations of a JSON Patch (RFC 6902). When one of them fails, all fail. O(n log n), where n is the size of
 * the input, the patch and the result; a `test` adds the size of what it compares.
 *
 * What no operation touches keeps its bytes. A new member or element gets the white space that the others of its container have, so that
 * what is minified stays so; a new member stands behind the others. Of duplicate keys the last counts, and where something changes it alone stays.
 * `test` compares numbers exactly.
 *
 * @param patch an array of operations, as `JSON.stringify` has it, or the JSON text of one as a string or bytes
 * @throws {LanewiseError} as `validate`, for the input, then for the text of a patch with an offset in that; without an offset, the number
 *   of the operation in the message: LW_PATCH when it is malformed, or there is no such target, LW_POINTER, LW_PATCH_TEST; LW_SIZE when the
 *   result is 4 GiB or larger or there is no memory for it; LW_DEPTH or LW_SIZE when `JSON.stringify` has no room for the patch
 * @throws {TypeError} when `JSON.stringify` does not take the patch
 */
export function patch(input: Uint8Array, patch: unknown): Uint8Array<ArrayBuffer> {
  return apply(input, typeof patch === 'string' || isUint8Array(patch) ? patch : undefined, patch, () => backend.jsonPatch());
}

/**
 * The text of `input` after a JSON Merge Patch (RFC 7396): members that are null in the patch go, objects are merged, everything else is
 * replaced. Bytes and white space are kept as by `patch`. O(n log n), where n is the size of the input and the patch.
 *
 * @param patch any value, as `JSON.stringify` has it, a string too; or JSON text as bytes
 * @throws {LanewiseError} as `validate`, for the input, then for the text of a patch with an offset in that; LW_SIZE when the result is 4 GiB
 *   or larger or there is no memory for it
 * @throws {TypeError} when `JSON.stringify` does not take the patch
 */
export function mergePatch(input: Uint8Array, patch: unknown): Uint8Array<ArrayBuffer> {
  return apply(input, isUint8Array(patch) ? patch : undefined, patch, () => backend.jsonMergePatch());
}

/** `text` is what the user gave as text; without it the patch is that of `value`. */
function apply(input: Uint8Array, text: string | Uint8Array | undefined, value: unknown, call: () => number): Uint8Array<ArrayBuffer> {
  const patch = text === undefined ? encodeUtf8(patchText(value)) : bytesOf(text);
  borrow(input);
  putBoth(input, patch);
  const outcome = call();
  if (outcome < 0) throw refusal(outcome, input, text);
  return ownBytes(outcome);
}

function patchText(value: unknown): string {
  const text = textOfValue(value);
  if (text === undefined) throw wrongType('a JSON value as the patch', value);
  return text;
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? encodeUtf8(withoutLoneSurrogates(text)) : borrow(text);
}

/** Which text a fault is of is only known by asking anew: a fault has room for one offset. */
function refusal(fault: number, input: Uint8Array, text: string | Uint8Array | undefined): LanewiseError {
  const { code, offset } = toError(fault);
  if (code === 'LW_PATCH' || code === 'LW_PATCH_TEST' || code === 'LW_POINTER') {
    return new LanewiseError(code, -1, undefined, offset < 0 ? 'it is no array' : `operation ${offset}`);
  }
  if (code !== 'LW_SIZE') {
    check(input, resolveLimits(undefined));
    if (text !== undefined) check(text, resolveLimits(undefined));
  }
  return new LanewiseError(code);
}

/** The error in the unit of `text`, of which the engine was given another one if there are lone surrogates in it. */
function failureOf(fault: number, text: string): LanewiseError {
  const escaped = withoutLoneSurrogates(text);
  const error = failure(fault, escaped);
  let { offset } = error;
  for (const { index } of text.matchAll(LONE_SURROGATES)) if (index < offset) offset -= ESCAPE_GROWTH;
  return new LanewiseError(error.code, offset, text);
}

function indentOf(indent: number | string = INDENT): Uint8Array {
  if (typeof indent === 'string') return encodeUtf8(indent.slice(0, INDENT_MAX));
  if (typeof indent !== 'number') throw wrongType('a number or a string as the indent', indent);
  return SPACES[Math.max(0, Math.min(INDENT_MAX, Math.trunc(indent) || 0))] as Uint8Array;
}
