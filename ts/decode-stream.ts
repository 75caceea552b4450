import { LanewiseError } from './error.ts';
import { checkInput } from './objects/bytes.ts';
import { BoundaryScanner, IS_BAD, NEEDS_MORE } from './objects/decode/boundary-scanner.ts';
import { Decoder } from './objects/decode/decoder.ts';
import type { Extension } from './objects/extension.ts';
import { type MsgpackOptions, resolveOptions } from './objects/options.ts';
import { Held, type Pieces, streamOf } from './pieces.ts';

/**
 * A stream of concatenated MessagePack values in, in chunks cut anywhere; one value a chunk out.
 *
 * A scanner looks at each byte once to find where values end, then whole values are decoded, once. What has come of a value that is not
 * whole is held, as a copy: memory grows with what has come, not with what a length claims.
 *
 * The stream fails with the code that `decode` of all bytes up to there gives, at the offset from its start, as soon as that can be told;
 * LW_MSGPACK_END when it ends within a value. As with every stream, values that were not read by then are lost.
 */
export function decodeStream(options: MsgpackOptions = {}): TransformStream<Uint8Array, unknown> {
  return streamOf(new Values(options));
}

class Values implements Pieces<unknown> {
  readonly #scanner: BoundaryScanner;
  readonly #decoder: Decoder;
  /** What has come of the value that is not whole. */
  readonly #held = new Held();
  /** Bytes of the stream before those that were decoded last. */
  #offset = 0;
  /** What an extension has thrown. If it is a LanewiseError, its offset is none of the stream. */
  #thrown: unknown;

  constructor(options: MsgpackOptions) {
    const resolved = resolveOptions(options);
    const extensions = resolved.extensions.map((extension) => this.#watch(extension));
    this.#decoder = new Decoder({ ...resolved, extensions });
    this.#scanner = new BoundaryScanner(resolved);
  }

  *write(chunk: Uint8Array): Generator<unknown> {
    checkInput(chunk);
    let start = 0;
    if (this.#held.size > 0) {
      start = this.#scanner.scan(chunk, 0);
      this.#held.add(chunk.subarray(0, start < 0 ? chunk.length : start));
      if (start === NEEDS_MORE) return;
      yield* this.#decode(this.#held.take());
    }
    let whole = start;
    let next = start;
    do {
      whole = next;
      next = this.#scanner.scan(chunk, whole);
    } while (next >= 0);
    // Of what is bad the decoder says why.
    yield* this.#decode(chunk.subarray(start, next === IS_BAD ? chunk.length : whole));
    this.#held.add(chunk.subarray(whole));
  }

  /** @throws {LanewiseError} when the stream ends within a value */
  *end(): Generator<unknown> {
    yield* this.#decode(this.#held.take());
  }

  *#decode(bytes: Uint8Array): Generator<unknown> {
    try {
      yield* this.#decoder.decodeMulti(bytes);
    } catch (error) {
      if (error === this.#thrown || !(error instanceof LanewiseError)) throw error;
      throw new LanewiseError(error.code, this.#offset + error.offset);
    }
    this.#offset += bytes.length;
  }

  /** The extension, and `#thrown` is what its `decode` has thrown. */
  #watch(extension: Extension): Extension {
    return {
      type: extension.type,
      match: extension.match,
      encode: extension.encode,
      decode: (bytes) => {
        try {
          return extension.decode(bytes);
        } catch (error) {
          this.#thrown = error;
          throw error;
        }
      },
    };
  }
}
