const SMALLEST = 4 << 10;
const LARGEST = 1 << 20;
const KEPT_PER_SIZE = 8;

/** Buffers of 4 KiB to 1 MiB, by powers of two, that are used again: at most 16 MiB of them wait. Larger ones are made each time. */
export class BufferPool {
  readonly #free = new Map<number, Buffer[]>();

  /** A buffer of `size` bytes or more; what it held is still in it. */
  acquire(size: number): Buffer {
    const capacity = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(size)));
    return this.#free.get(capacity)?.pop() ?? Buffer.allocUnsafeSlow(capacity);
  }

  /** Gives a buffer back that nobody looks at any more. */
  release(buffer: Buffer): void {
    const capacity = buffer.length;
    if (capacity > LARGEST) return;
    const free = this.#free.get(capacity);
    if (free === undefined) this.#free.set(capacity, [buffer]);
    else if (free.length < KEPT_PER_SIZE) free.push(buffer);
  }
}
