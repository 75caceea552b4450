import type { Settings } from './config.ts';
import { printable } from './log.ts';
import type { Stats } from './stats.ts';
import type { LogFormat } from './types.ts';

/** One request and its answer. */
export interface Entry {
  readonly method: string;
  /** As it was sent, without the query, which may hold what is no log's business. */
  readonly path: string;
  readonly status: number;
  /** Of the body of the answer. */
  readonly bytes: number;
  /** From the end of the head to the hand-over of the answer. */
  readonly ms: number;
  /** The address of the client. */
  readonly remote: string;
}

/** What waits for a slow reader at most; lines beyond are left out, and counted. */
const WAITING_MAX = 16 << 20;

/** Writes a line on standard output for each request; those of one turn of the loop go out together. */
export class AccessLog {
  readonly #render: (time: Date, entry: Entry) => string;
  #lines = '';
  #lost = 0;

  readonly #onLost: () => void;

  /** @param onLost called for each line that is left out */
  constructor(format: LogFormat, onLost: () => void) {
    this.#onLost = onLost;
    this.#render = format === 'json' ? renderJson : renderPretty;
  }

  write(entry: Entry, time: Date = new Date()): void {
    if (process.stdout.writableLength + this.#lines.length > WAITING_MAX) {
      this.#lost++;
      this.#onLost();
      return;
    }
    if (this.#lines === '') setImmediate(() => this.#flush());
    this.#lines += `${this.#render(time, entry)}\n`;
  }

  #flush(): void {
    if (this.#lost > 0) process.stderr.write(`lanewise gateway: ${this.#lost} lines of the log are lost: nobody reads them in time\n`);
    this.#lost = 0;
    process.stdout.write(this.#lines);
    this.#lines = '';
  }
}

/** The log that a config asks for. */
export function logOf({ log }: Settings, stats: Stats): AccessLog | undefined {
  return log === false ? undefined : new AccessLog(log, () => stats.unlogged());
}

function renderJson(time: Date, { method, path, status, bytes, ms, remote }: Entry): string {
  const line = JSON.stringify({ time: time.toISOString(), method, path, status, bytes, ms: round(ms), remote });
  // JSON does not ask to escape all that a terminal would take for more than text.
  return line.replace(/[\x7f-\x9f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

function renderPretty(time: Date, { method, path, status, bytes, ms, remote }: Entry): string {
  return `${time.toISOString().slice(11, 23)} ${status} ${method} ${printable(path)} ${bytes} B ${round(ms)} ms ${remote}`;
}

/** To microseconds. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
