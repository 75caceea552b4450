import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { put } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { borrow } from './input.ts';
import { Held, type Pieces, streamOf } from './pieces.ts';

const NEWLINE = 10;

/**
 * A stream of bytes that cuts them into whole lines, gives those to `convert` as soon as they are there, and passes on what that gives. Only the
 * last line, which is not complete, is held. The place of an error is counted from the start of the stream.
 */
export function recordStream(convert: (lines: Uint8Array) => Uint8Array): TransformStream<Uint8Array, Uint8Array> {
  return streamOf(new Lines(convert));
}

class Lines implements Pieces<Uint8Array> {
  readonly #convert: (lines: Uint8Array) => Uint8Array;
  /** What has come of a line whose end has not come yet. */
  readonly #held = new Held();
  /** How many bytes and lines were converted. */
  #offset = 0;
  #lines = 0;

  constructor(convert: (lines: Uint8Array) => Uint8Array) {
    this.#convert = convert;
  }

  *write(chunk: Uint8Array): Generator<Uint8Array> {
    const end = borrow(chunk).lastIndexOf(NEWLINE) + 1;
    let start = 0;
    if (end > 0 && this.#held.size > 0) {
      start = chunk.indexOf(NEWLINE) + 1;
      yield* this.#give(this.#held.takeWith(chunk.subarray(0, start)));
    }
    yield* this.#give(chunk.subarray(start, end));
    if (end < chunk.length) this.#held.add(chunk.subarray(end));
  }

  *end(): Generator<Uint8Array> {
    yield* this.#give(this.#held.take());
  }

  *#give(lines: Uint8Array): Generator<Uint8Array> {
    if (lines.length === 0) return;
    const out = this.#tryConvert(lines);
    this.#offset += lines.length;
    put(lines);
    this.#lines += check(backend.lineStarts());
    if (out.length > 0) yield out;
  }

  #tryConvert(lines: Uint8Array): Uint8Array {
    try {
      return this.#convert(lines);
    } catch (error) {
      if (!(error instanceof LanewiseError) || error.line < 0) throw error;
      // A piece starts where a line does.
      throw new LanewiseError(error.code, this.#offset + error.offset, { line: this.#lines + error.line, column: error.column });
    }
  }
}
