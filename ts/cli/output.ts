import { TROUBLE } from './failure.ts';

/** How much is gathered before it is written. */
const BATCH = 64 << 10;
export const NEWLINE: Uint8Array = Buffer.from('\n');

/** Standard output, written in batches and no faster than it is read. */
export class Output {
  #parts: Uint8Array[] = [];
  #size = 0;

  /** Adds to the output; `bytes` are written soon, and not looked at after `end`. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= BATCH) await this.end();
  }

  /** Writes what has been gathered. */
  async end(): Promise<void> {
    const batch = this.#parts.length === 1 ? (this.#parts[0] as Uint8Array) : Buffer.concat(this.#parts, this.#size);
    this.#parts = [];
    this.#size = 0;
    if (batch.length > 0)
      await new Promise<void>((resolve, reject) => process.stdout.write(batch, (error) => (error ? reject(error) : resolve())));
  }
}

/** Writes `bytes` and no more. */
export async function print(bytes: Uint8Array): Promise<void> {
  const output = new Output();
  await output.write(bytes);
  await output.end();
}

/** Writes a text and the end of its line. */
export async function printLine(text: Uint8Array | string): Promise<void> {
  const output = new Output();
  await output.write(typeof text === 'string' ? Buffer.from(text) : text);
  await output.write(NEWLINE);
  await output.end();
}

/** Ends the process when its output cannot be written: quietly when the reader has gone (`| head`). */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    process.stderr.write(`lanewise: (standard output): ${error.message}\n`);
    process.exit(TROUBLE);
  });
}

/** Lets the process go on without those who read what it says: a server has other readers. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => {});
}
