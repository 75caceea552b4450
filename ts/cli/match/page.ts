/** What a search prints, gathered in one piece of memory that grows. */
export class Page {
  #bytes: Buffer;
  #size = 0;

  constructor(capacity = 1 << 12) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds `source` from `start` to before `end`. */
  bytes(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#size += source.copy(this.#bytes, this.#size, start, end);
  }

  /** Adds a text as UTF-8. */
  text(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.#reserve(text.length * 3);
    this.#size += this.#bytes.write(text, this.#size);
  }

  /** Gives what was added, and is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#size) as Uint8Array<ArrayBuffer>;
    this.#size = 0;
    return taken;
  }

  #reserve(size: number): void {
    if (this.#size + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#size + size));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}
