import { availableParallelism } from 'node:os';
import type { Matcher } from '../text.ts';
import { CommandFailure, INVALID, report, TROUBLE } from './failure.ts';
import { openInput } from './files.ts';
import { type BatchResult, complaint, searchBatch } from './match/batch.ts';
import { FileSearch } from './match/file-search.ts';
import { Pool } from './match/pool.ts';
import { type MatchOptions, matcherOf, patternsOf, type Query, queryOf } from './match/query.ts';
import { type FoundFile, isDirectory, walk } from './match/walk.ts';
import { Output } from './output.ts';

/** Files in a batch: few enough that threads end together, enough that sending it does not count. */
const BATCH_FILES = 64;
/** A search that ends sooner is not worth a thread: to start one takes about as long. */
const PATIENCE_MS = 200;
const THREADS_MAX = 8;
/** Batches that may wait for an earlier one to be printed. */
const WAITING_MAX = 64;

/**
 * Prints the lines of `names`, files and directories, in which some pattern occurs. What cannot be read is reported, and the others are
 * searched. The order of the output is that of the walk, whatever the number of threads.
 */
export async function match(names: readonly string[], options: MatchOptions): Promise<void> {
  const patterns = await patternsOf(options);
  const query = queryOf(options, patterns, names.length > 1 || names.some(isDirectory));
  const matcher = matcherOf(options, patterns);
  const files = walk(names, { hidden: options.hidden === true, ignore: options.ignore }, (error, name) => complain(complaint(error, name)));
  // Who says how many threads there shall be wants them at once.
  const patienceMs = options.threads === undefined ? PATIENCE_MS : 0;
  const command = new MatchCommand(query, matcher, options.threads ?? Math.min(THREADS_MAX, availableParallelism()), patienceMs);
  const isFound = await command.run(files);
  if (!isFound) process.exitCode ??= INVALID;
}

function complain(message: string): void {
  report(new CommandFailure(message, TROUBLE));
}

class MatchCommand {
  readonly #query: Query;
  readonly #matcher: Matcher;
  readonly #threads: number;
  readonly #patienceMs: number;
  readonly #search: FileSearch;
  readonly #output = new Output();
  /** Results that wait for those before them. */
  readonly #waiting = new Map<number, BatchResult>();
  #printed = 0;
  #isFound = false;

  constructor(query: Query, matcher: Matcher, threads: number, patienceMs: number) {
    this.#query = query;
    this.#matcher = matcher;
    this.#threads = threads;
    this.#patienceMs = patienceMs;
    this.#search = new FileSearch(query, matcher);
  }

  /** @returns whether a line was selected */
  async run(files: Iterator<FoundFile>): Promise<boolean> {
    const startedAt = performance.now();
    let pool: Pool | undefined;
    for (let index = 0; ; index++) {
      const batch = nextBatch(files);
      if (batch.length === 0) break;
      const isLong = performance.now() - startedAt >= this.#patienceMs;
      if (isLong && this.#threads > 1) pool ??= this.#startPool();
      if (pool?.offer({ index, files: batch }) !== true) this.#waiting.set(index, searchBatch(this.#search, batch));
      await this.#print();
      if (pool !== undefined) await answersSoFar();
      while (pool?.isBusy && this.#waiting.size > WAITING_MAX) await this.#printNext(pool);
    }
    while (pool?.isBusy) await this.#printNext(pool);
    await this.#print();
    await this.#output.end();
    await pool?.close();
    return this.#isFound;
  }

  #startPool(): Pool {
    const setup = { query: this.#query, matcher: this.#matcher.serialize() };
    return new Pool(this.#threads - 1, setup, ({ index, result }) => this.#waiting.set(index, result));
  }

  async #printNext(pool: Pool): Promise<void> {
    await pool.answer();
    await this.#print();
  }

  /** Prints every result whose turn it is. */
  async #print(): Promise<void> {
    for (let result = this.#waiting.get(this.#printed); result !== undefined; result = this.#waiting.get(this.#printed)) {
      this.#waiting.delete(this.#printed++);
      if (result.isFound) this.#isFound = true;
      for (const part of result.parts) {
        if (part instanceof Uint8Array) await this.#output.write(part);
        else await this.#searchLarge(part);
      }
      result.complaints.forEach(complain);
    }
  }

  /** Searches a large file, or standard input, and prints what is found as it goes on. */
  async #searchLarge(file: FoundFile): Promise<void> {
    const flush = () => (this.#search.page.size === 0 ? Promise.resolve() : this.#output.write(this.#search.page.take()));
    try {
      const isSelected =
        file.path === '-'
          ? await this.#search.stream(file, (await openInput(file.path)).chunks, flush)
          : await this.#search.large(file, flush);
      if (isSelected) this.#isFound = true;
    } catch (error) {
      complain(complaint(error, file.path));
    }
    await flush();
  }
}

function nextBatch(files: Iterator<FoundFile>): FoundFile[] {
  const batch: FoundFile[] = [];
  while (batch.length < BATCH_FILES) {
    const { value, done } = files.next();
    if (done === true) break;
    batch.push(value);
  }
  return batch;
}

/** Lets the answers in that have come. */
function answersSoFar(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
