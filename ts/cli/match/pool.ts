import { Worker } from 'node:worker_threads';
import type { BatchResult } from './batch.ts';
import type { Query } from './query.ts';
import type { FoundFile } from './walk.ts';

/** What a thread starts with. */
export interface Setup {
  readonly query: Query;
  /** In its saved form. */
  readonly matcher: Uint8Array;
}

/** A batch on its way to a thread. */
export interface Job {
  readonly index: number;
  readonly files: readonly FoundFile[];
}

export interface Answer {
  readonly index: number;
  readonly result: BatchResult;
}

/** One batch is being searched, one waits, so that no thread does. */
const JOBS_PER_THREAD = 2;
const WORKER = new URL('./cli-worker.js', import.meta.url);

/** Threads that search batches. */
export class Pool {
  readonly #threads: { readonly worker: Worker; jobs: number }[];
  readonly #accept: (answer: Answer) => void;
  #failure: Error | undefined;
  #wake = () => {};

  /** @param accept is called with each result, in no order */
  constructor(size: number, setup: Setup, accept: (answer: Answer) => void) {
    this.#accept = accept;
    this.#threads = Array.from({ length: size }, () => this.#start(setup));
  }

  #start(setup: Setup): { worker: Worker; jobs: number } {
    const thread = { worker: new Worker(WORKER, { workerData: setup }), jobs: 0 };
    thread.worker.on('message', (answer: Answer) => {
      thread.jobs--;
      this.#accept(answer);
      this.#wake();
    });
    thread.worker.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
    // The process ends when all is printed, not when the threads do.
    thread.worker.unref();
    return thread;
  }

  /** Whether some job has not been answered. */
  get isBusy(): boolean {
    return this.#threads.some(({ jobs }) => jobs > 0);
  }

  /** Gives the job to a thread that has room for it. @returns whether there was one */
  offer(job: Job): boolean {
    const thread = this.#threads.find(({ jobs }) => jobs < JOBS_PER_THREAD);
    if (thread === undefined) return false;
    thread.jobs++;
    thread.worker.postMessage(job);
    return true;
  }

  /** Waits for an answer. @throws what a thread died of */
  async answer(): Promise<void> {
    const alive = setInterval(() => {}, 1 << 30);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#failure !== undefined) resolve();
    });
    clearInterval(alive);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}
