import type { MsgpackOptions } from '../options.ts';
import { Encoder } from './encoder.ts';

/**
 * One value in, its message out, at once. Backpressure is that of the stream: no value is taken before the message of the one before it
 * was.
 *
 * `null` and `undefined` are values like any other, both nil. Each chunk has memory of its own, which may be transferred.
 *
 * A value that cannot be written is the error of both sides of the stream, as it is of `encode`; what was written before it can still be
 * read.
 *
 * @throws A TypeError for a value that an option does not have.
 */
export function encodeStream(options?: MsgpackOptions): TransformStream<unknown, Uint8Array<ArrayBuffer>> {
  const encoder = new Encoder(options);
  return new TransformStream({
    transform(value, controller) {
      controller.enqueue(encoder.encodeView(value).slice());
    },
  });
}
