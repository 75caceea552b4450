import { backend } from './backend/current.ts';
import { toError } from './backend/fault.ts';
import { prepare, put, writeNumbers } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { borrow, limit } from './input.ts';
import { putUtf8 } from './units.ts';
import { encodeUtf8, textOf } from './utf8.ts';

/*
 * What the calls on JSON have in common: limits, the verdict on a text, and its error in the unit of the input.
 */

/** How deep containers may nest where no limit is given: as most readers of JSON, far below what a JS stack bears. */
export const DEPTH_MAX = 1024;

/** What a JSON text may be at most. */
export interface JsonLimits {
  /** Containers inside each other. @default 1024 */
  depthMax?: number;
  /** In the unit of the input. @default none */
  sizeMax?: number;
  /** Whether an object may have a key twice. @default 'last' */
  duplicateKeys?: 'last' | 'error';
}

/** Limits as they were when the call began: they are read once, before anything is put. */
export interface ResolvedLimits {
  readonly depthMax: number;
  readonly sizeMax: number;
  readonly flags: number;
}

/** Flags of the JSON calls: `crates/lanewise-binding/src/codecs.rs`. */
export const DUPLICATE_KEYS_ERROR = 1;
export const CHECK_PATH = 2;

const LONE_SURROGATE = /\p{Surrogate}/u;
export const LONE_SURROGATES = /\p{Surrogate}/gu;
const DEFAULTS: ResolvedLimits = { depthMax: DEPTH_MAX, sizeMax: Number.POSITIVE_INFINITY, flags: 0 };

/** @throws {TypeError} when a limit is no number of 0 or more */
export function resolveLimits(limits: JsonLimits | undefined): ResolvedLimits {
  if (limits === undefined) return DEFAULTS;
  const sizeMax = limit(limits.sizeMax, Number.POSITIVE_INFINITY, 'sizeMax');
  const depthMax = limit(limits.depthMax, DEPTH_MAX, 'depthMax');
  return { sizeMax, depthMax, flags: limits.duplicateKeys === 'error' ? DUPLICATE_KEYS_ERROR : 0 };
}

/** Passes a string or borrowed bytes on. */
export function checkType(input: string | Uint8Array): string | Uint8Array {
  return typeof input === 'string' ? input : borrow(input);
}

/** @throws {LanewiseError} LW_SIZE at the first unit too many */
export function checkSize(input: string | Uint8Array, { sizeMax }: ResolvedLimits): void {
  if (input.length > sizeMax) throw new LanewiseError('LW_SIZE', sizeMax, input);
}

/** Puts the call that `verdict` makes. */
export function putInput(input: string | Uint8Array, { depthMax, flags }: ResolvedLimits): void {
  if (typeof input !== 'string') {
    prepare(input, depthMax, flags);
    return;
  }
  putUtf8(input);
  writeNumbers(depthMax, flags);
}

/** 0 or the fault; the offset of a fault counts bytes of UTF-8. */
export function verdict(input: string | Uint8Array, limits: ResolvedLimits): number {
  putInput(input, limits);
  return backend.jsonValidate();
}

/** Throws what `json.validate` throws. */
export function check(input: string | Uint8Array, limits: ResolvedLimits): void {
  checkSize(input, limits);
  const outcome = verdict(input, limits);
  if (outcome < 0) throw failure(outcome, input);
}

/** The error of a fault in the unit of `input`. */
export function failure(fault: number, input: string | Uint8Array): LanewiseError {
  const error = toError(fault, input);
  if (typeof input !== 'string' || error.offset < 0) return error;
  return new LanewiseError(error.code, unitsBefore(input, error.offset), input);
}

/** How many UTF-16 units of `text` the first `size` bytes of its UTF-8 hold; a character has as many bytes in both when a surrogate is lone. */
function unitsBefore(text: string, size: number): number {
  return textOf(encodeUtf8(text), 0, size).length;
}

/** Puts bytes as they are, and of a string UTF-8 that says the same JSON. */
export function putText(input: string | Uint8Array): void {
  if (typeof input === 'string') putUtf8(withoutLoneSurrogates(input));
  else put(borrow(input));
}

/**
 * Text that says the same JSON and that UTF-8 can hold: a lone surrogate becomes its escape, which may stand wherever it may, in strings.
 *
 * @throws {LanewiseError} as `json.validate` when there is one and the text is no JSON
 */
export function withoutLoneSurrogates(text: string): string {
  if (!LONE_SURROGATE.test(text)) return text;
  check(text, DEFAULTS);
  return text.replace(LONE_SURROGATES, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

/**
 * What `JSON.stringify` makes of `value`, which may run code of the user; undefined for what has no JSON text.
 *
 * @throws {LanewiseError} LW_DEPTH or LW_SIZE when the host has no room for it: on its stack, or for so long a string. (It says both, and
 *   nothing else, with a RangeError; one of a `toJSON` is taken for that too.)
 */
export function textOfValue(value: unknown, replacer?: (key: string, value: unknown) => unknown): string | undefined {
  try {
    return JSON.stringify(value, replacer);
  } catch (error) {
    if (error instanceof RangeError) throw new LanewiseError(error.message.includes('length') ? 'LW_SIZE' : 'LW_DEPTH');
    throw error;
  }
}
