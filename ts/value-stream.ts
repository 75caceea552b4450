import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownBytes, putBoth, writeNumbers } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { borrow } from './input.ts';
import { Held, type Pieces, streamOf } from './pieces.ts';

/** Bytes in front of the state of a scan: `msgpack_boundary` in `crates/lanewise-binding/src/codecs.rs`. */
const HEAD_SIZE = 4;

/**
 * A stream of bytes that cuts them into whole MessagePack values, gives those to `convert` as soon as they are there, and passes on what that gives. Only the
 * last value, which is not complete, is held; its bytes are looked at once for its end, and once more when it is converted. The place of an error is counted
 * from the start of the stream.
 */
export function valueStream(depthMax: number, convert: (values: Uint8Array) => Uint8Array): TransformStream<Uint8Array, Uint8Array> {
  return streamOf(new Values(depthMax, convert));
}

class Values implements Pieces<Uint8Array> {
  readonly #depthMax: number;
  readonly #convert: (values: Uint8Array) => Uint8Array;
  /** What has come of a value whose end has not come yet. */
  readonly #held = new Held();
  /** How many bytes were converted. */
  #offset = 0;
  /** The scan for ends, as the last call left it. */
  #scan: Uint8Array = new Uint8Array(0);

  constructor(depthMax: number, convert: (values: Uint8Array) => Uint8Array) {
    this.#depthMax = depthMax;
    this.#convert = convert;
  }

  *write(chunk: Uint8Array): Generator<Uint8Array> {
    const end = this.#endOf(borrow(chunk));
    if (end > 0) yield* this.#give(this.#held.takeWith(chunk.subarray(0, end)));
    if (end < chunk.length) this.#held.add(chunk.subarray(end));
  }

  *end(): Generator<Uint8Array> {
    yield* this.#give(this.#held.take());
  }

  /** The offset behind the last value that ends in the chunk; behind the chunk where a value has an error, which the conversion then finds. */
  #endOf(chunk: Uint8Array): number {
    putBoth(chunk, this.#scan);
    writeNumbers(this.#depthMax, 0);
    this.#scan = ownBytes(check(backend.msgpackBoundary()));
    if (this.#scan.length < HEAD_SIZE) return chunk.length;
    return new DataView(this.#scan.buffer).getUint32(0, true);
  }

  *#give(values: Uint8Array): Generator<Uint8Array> {
    if (values.length === 0) return;
    const out = this.#tryConvert(values);
    this.#offset += values.length;
    yield out;
  }

  #tryConvert(values: Uint8Array): Uint8Array {
    try {
      return this.#convert(values);
    } catch (error) {
      if (!(error instanceof LanewiseError) || error.offset < 0) throw error;
      throw new LanewiseError(error.code, this.#offset + error.offset);
    }
  }
}
