import { borrow } from './input.ts';

/** Cuts bytes, or what else comes in chunks, into whole pieces, and gives what becomes of those. */
export interface Pieces<T, Chunk = Uint8Array> {
  write(chunk: Chunk): Iterable<T>;
  end(): Iterable<T>;
}

/** Passes a stream through `pieces`, each of whose results is a chunk. */
export function streamOf<T, Chunk = Uint8Array>(pieces: Pieces<T, Chunk>): TransformStream<Chunk, T> {
  return new TransformStream<Chunk, T>({
    transform(chunk, controller) {
      for (const out of pieces.write(chunk)) controller.enqueue(out);
    },
    flush(controller) {
      for (const out of pieces.end()) controller.enqueue(out);
    },
  });
}

/** A chunk above this size is taken in parts, so that offsets within one, and within what was held before, are words of 32 bits. */
const PART_MAX = 2 ** 30;

/** The chunk, in parts if it is very large. */
export function* chunksOf(chunk: Uint8Array): Generator<Uint8Array> {
  const input = borrow(chunk);
  if (input.length <= PART_MAX) yield input;
  else for (let at = 0; at < input.length; at += PART_MAX) yield input.subarray(at, at + PART_MAX);
}

/** Memory for a piece that is kept for the next one. */
const KEPT_MAX = 1 << 16;
const HELD_MIN = 256;

/** The start of a piece of a stream whose end has not come yet: bytes that grow at their end, at most twice as much memory as bytes. */
export class Held {
  size = 0;
  #bytes = new Uint8Array(HELD_MIN);

  add(bytes: Uint8Array): void {
    const size = this.size + bytes.length;
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.size));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.size);
    this.size = size;
  }

  /** All of them; they are good until the next `add`. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.size);
    this.size = 0;
    if (this.#bytes.length > KEPT_MAX) this.#bytes = new Uint8Array(HELD_MIN);
    return bytes;
  }

  /** All of them and `last` behind them, good until the next `add`. */
  takeWith(last: Uint8Array): Uint8Array {
    if (this.size === 0) return last;
    this.add(last);
    return this.take();
  }
}
