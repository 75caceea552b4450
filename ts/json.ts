import { backend } from './backend/current.ts';
import { toError } from './backend/fault.ts';
import { HEAD, head, ownBytes, put, wordAt, writeNumbers } from './backend/frame.ts';
import { borrow, wrongType } from './input.ts';
import { CHECK_PATH, check, checkType, DEPTH_MAX, failure, type JsonLimits, putText, resolveLimits, verdict } from './json-input.ts';
import { readValue } from './json-value.ts';
import { FORM, putUnits } from './units.ts';

export { type Abortable, minifyAsync, validateAsync } from './json-async.ts';
export { document } from './json-document.ts';
export { DEPTH_MAX, type JsonLimits } from './json-input.ts';
export { type ParseOptions, parse, stringify } from './json-parse.ts';
export { canonicalize, mergePatch, patch, prettify } from './json-writers.ts';
export type { Document, DocumentType } from './objects/document/cursor.ts';

/** Up to so many units V8 parses a string before the engine has its UTF-8; see `bench -- boundary`. */
const PARSE_MAX = 256;

/**
 * True if `input` is JSON (RFC 8259) within `limits`: O(n), no allocation.
 *
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function isValid(input: string | Uint8Array, limits?: JsonLimits): boolean {
  if (typeof input === 'string' && isShort(input, limits)) return parses(input);
  const text = checkType(input);
  const resolved = resolveLimits(limits);
  return text.length <= resolved.sizeMax && verdict(text, resolved) === 0;
}

/**
 * Checks that `input` is JSON (RFC 8259, UTF-8 included) within `limits`: O(n).
 *
 * @throws {LanewiseError} LW_JSON_*, LW_UTF8, LW_DEPTH, LW_SIZE, at the first unit that cannot continue any valid input, at the
 *   length of an input that ends early; LW_SHARED_INPUT
 */
export function validate(input: string | Uint8Array, limits?: JsonLimits): void {
  if (typeof input === 'string' && isShort(input, limits) && parses(input)) return;
  const text = checkType(input);
  check(text, resolveLimits(limits));
}

/**
 * The same JSON without white space; strings and numbers keep their spelling. O(n).
 *
 * A lone surrogate of a string input, which UTF-8 cannot hold, becomes its escape.
 *
 * @throws {LanewiseError} as `validate`
 */
export function minify(input: string | Uint8Array): Uint8Array<ArrayBuffer> {
  putText(input);
  const outcome = backend.jsonMinify();
  if (outcome < 0) throw failure(outcome, input);
  return ownBytes(outcome);
}

/**
 * The value at a JSON Pointer (RFC 6901), undefined when there is none.
 *
 * @param options.check 'all' validates the whole input, and of duplicate keys the last counts; 'path' reads only what leads to the
 *   value, and the first counts. `@default 'all'`
 * @throws {LanewiseError} LW_POINTER at an offset in `pointer`; as `validate`
 */
export function get(input: Uint8Array, pointer: string, options?: { check?: 'all' | 'path' }): unknown {
  if (!locate(input, pointer, options?.check)) return undefined;
  return readValue(input, wordAt(0), wordAt(1));
}

/** The bytes of that value, a view on the input. */
export function getRaw(input: Uint8Array, pointer: string, options?: { check?: 'all' | 'path' }): Uint8Array | undefined {
  if (!locate(input, pointer, options?.check)) return undefined;
  return input.subarray(wordAt(0), wordAt(1));
}

/** Leaves the start and end of the value as words 0 and 1. */
function locate(input: Uint8Array, pointer: string, checked: 'all' | 'path' = 'all'): boolean {
  if (typeof pointer !== 'string') throw wrongType('a string as the pointer', pointer);
  borrow(input);
  putUnits(pointer, FORM.utf16, HEAD.pointerSize);
  put(input, head[HEAD.pointerSize]);
  writeNumbers(DEPTH_MAX, checked === 'path' ? CHECK_PATH : 0);
  const outcome = backend.jsonGet();
  if (outcome >= 0) return outcome > 0;
  const error = toError(outcome, input);
  throw error.code === 'LW_POINTER' ? toError(outcome, pointer) : error;
}

/** Whether V8 can give the verdict on `text`, which is too short to nest too deep. */
function isShort(text: string, limits: JsonLimits | undefined): boolean {
  return text.length <= PARSE_MAX && limits === undefined;
}

/** True if V8 takes `text`. What it refuses the engine refuses too, and says where. */
function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
