import { LanewiseError } from '../error.ts';
import { backend, current } from './current.ts';
import { check } from './fault.ts';

/*
 * A task is a call that waits: it owns a copy of its input, runs on the thread pool of the host, and then answers as the call would have.
 * A WebAssembly module has no pool. Its tasks run on this thread, one turn of the event loop later.
 */

/** What a task does: `work` in `crates/lanewise-binding/src/task.rs`. */
export const TASK = { jsonValidate: 0, jsonMinify: 1, ndjsonProject: 2 } as const;

/**
 * Runs the call that has been put, which is copied before this returns.
 *
 * @param finish makes the result of the outcome, and takes what the call has produced: it runs as if right behind the call
 * @param signal whose abort rejects at once; a task that has not begun does not begin, what one gives that has is dropped
 * @throws {LanewiseError} LW_SIZE when there is no memory for the copy
 */
export function runTask<T>(kind: number, signal: AbortSignal | undefined, finish: (outcome: number) => T): Promise<T> {
  const handle = check(backend.taskNew(kind));
  return new Promise((resolve, reject) => {
    let isOver = false;
    const abort = () => {
      // Once it is over the handle may be that of another task.
      if (isOver) return;
      isOver = true;
      backend.taskFree(handle);
      reject(abortError(signal));
    };
    // What throws in here rejects, whatever it is: a signal need not be one of the host's.
    const run = async () => {
      try {
        signal?.addEventListener('abort', abort);
        if (current.backend === 'wasm') await nextTurn();
        if (!isOver) await backend.taskRun(handle);
        if (isOver) return;
        isOver = true;
        resolve(finish(backend.taskTake(handle)));
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    };
    run().catch((error) => {
      reject(error);
      if (isOver) return;
      isOver = true;
      backend.taskFree(handle);
    });
  });
}

/** The error of an aborted call; the reason of the abort is its cause. */
export function abortError(signal: AbortSignal | undefined): LanewiseError {
  const error = new LanewiseError('LW_ABORTED');
  Object.defineProperty(error, 'cause', { value: signal?.reason, writable: true, configurable: true });
  return error;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
