import { readSync } from 'node:fs';

const NEWLINE = 10;
/** How much of a file is searched at once. */
const CAPACITY = 4 << 20;
/** A line is held in memory as a whole. */
const LINE_MAX = 1 << 30;

/**
 * Cuts a file of any size into pieces that end where lines end. It is used for one file after the other, so that memory is taken once.
 *
 * INVARIANT: bytes `0..#size` have been read and not been given away.
 */
export class LineReader {
  #bytes = Buffer.allocUnsafeSlow(CAPACITY);
  #size = 0;

  /** Whether the last file filled the memory, so that there may be more of it than was given at once. */
  get isFull(): boolean {
    return this.#size === this.#bytes.length;
  }

  /** Forgets the last file. */
  reset(): void {
    this.#size = 0;
    // What one long line took is given back.
    if (this.#bytes.length > CAPACITY) this.#bytes = Buffer.allocUnsafeSlow(CAPACITY);
  }

  /** Reads until `max` bytes are held, all that fits by default, or the file ends; says whether it ended. */
  fill(descriptor: number, max = this.#bytes.length): boolean {
    while (this.#size < max) {
      const count = readSync(descriptor, this.#bytes, this.#size, max - this.#size, null);
      if (count === 0) return true;
      this.#size += count;
    }
    return false;
  }

  /** Adds what fits of `chunk`, and says how much that was. */
  add(chunk: Uint8Array): number {
    const count = Math.min(chunk.length, this.#bytes.length - this.#size);
    this.#bytes.set(chunk.subarray(0, count), this.#size);
    this.#size += count;
    return count;
  }

  /** Whether one of the first bytes is NUL. */
  hasNul(count: number): boolean {
    return this.#bytes.subarray(0, Math.min(count, this.#size)).includes(0);
  }

  /** The lines that are whole; of a file that has ended, all. They are good until `drop`. */
  lines(isEnd: boolean): Buffer {
    return this.#bytes.subarray(0, isEnd ? this.#size : this.#bytes.subarray(0, this.#size).lastIndexOf(NEWLINE) + 1);
  }

  /** Makes room behind lines that were given. @throws {Error} for a line that is too long */
  drop(count: number): void {
    if (count > 0) {
      this.#bytes.copyWithin(0, count, this.#size);
      this.#size -= count;
    } else if (this.isFull) {
      if (this.#bytes.length === LINE_MAX) throw new Error('a line of more than 1 GiB');
      const grown = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
  }
}
