import { backend } from './backend/current.ts';
import { ownBytes } from './backend/frame.ts';
import { abortError, runTask, TASK } from './backend/task.ts';
import { check, checkSize, checkType, failure, type JsonLimits, putInput, putText, resolveLimits } from './json-input.ts';

/** Up to here the work takes less than a millisecond, and less than its way to another thread and back is worth. */
export const INLINE_MAX = 1 << 20;

/** How a call can be given up. */
export interface Abortable {
  /** Its abort rejects with LW_ABORTED at once, the reason as the error's `cause`. */
  signal?: AbortSignal;
}

/**
 * `validate` on another thread: the promise that `input` is JSON within `limits`.
 *
 * The input is copied before this returns, and may be changed then. Up to 1 MiB the work is done before this returns. In WebAssembly it
 * is done on this thread, one turn of the event loop later.
 *
 * @returns rejects with what `validate` throws, and with {LanewiseError} LW_ABORTED
 */
export async function validateAsync(input: string | Uint8Array, options?: JsonLimits & Abortable): Promise<void> {
  const signal = signalOf(options);
  const limits = resolveLimits(options);
  const text = checkType(input);
  if (signal?.aborted) throw abortError(signal);
  if (text.length <= INLINE_MAX) {
    check(text, limits);
    return;
  }
  checkSize(text, limits);
  putInput(text, limits);
  await runTask(TASK.jsonValidate, signal, (outcome) => {
    if (outcome < 0) throw failure(outcome, text);
  });
}

/**
 * `minify` on another thread, in the way of `validateAsync`.
 *
 * @returns rejects with what `minify` throws, and with {LanewiseError} LW_ABORTED
 */
export async function minifyAsync(input: string | Uint8Array, options?: Abortable): Promise<Uint8Array<ArrayBuffer>> {
  const signal = signalOf(options);
  const text = checkType(input);
  if (signal?.aborted) throw abortError(signal);
  const finish = (outcome: number) => {
    if (outcome < 0) throw failure(outcome, text);
    return ownBytes(outcome);
  };
  putText(text);
  return text.length <= INLINE_MAX ? finish(backend.jsonMinify()) : runTask(TASK.jsonMinify, signal, finish);
}

/** @throws {TypeError} when there is one that is no AbortSignal */
export function signalOf(options: Abortable | undefined): AbortSignal | undefined {
  const signal = options?.signal;
  if (signal === undefined || (typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal))
    return signal;
  throw new TypeError('expected an AbortSignal as the signal');
}
