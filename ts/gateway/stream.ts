import { BodyGone, type Exchange, type Sink } from './exchange.ts';
import type { FlatHeaders } from './http/answer.ts';
import { describeThrown, logFailure } from './log.ts';
import { pathOf } from './routes.ts';

/** The head of an answer whose body comes piece by piece. */
export interface StreamHead {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: FlatHeaders;
}

/**
 * Answers with the pieces that `stream` gives, no faster than the client takes them. When the client goes the stream is cancelled; when the
 * stream fails the connection is cut, since the status has been sent, and there is a line in the log.
 *
 * @throws {TypeError} when somebody else reads the stream; nothing has been sent then
 */
export function sendStream(exchange: Exchange, { status, type, headers }: StreamHead, stream: ReadableStream): void {
  const reader: ReadableStreamDefaultReader<unknown> = stream.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  const sink = exchange.open(status, type, headers);
  if (sink === undefined) {
    cancel();
    return;
  }
  exchange.signal.addEventListener('abort', cancel);
  pump(reader, sink).catch((error: unknown) => {
    cancel();
    sink.cut();
    if (!(error instanceof BodyGone))
      logFailure(exchange.method, pathOf(exchange.target), `the stream of the answer ${describeThrown(error)}`);
  });
}

/** The stream of a body that is there. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

async function pump(reader: ReadableStreamDefaultReader<unknown>, sink: Sink): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const piece = typeof value === 'string' ? Buffer.from(value) : value;
    if (!(piece instanceof Uint8Array)) throw new TypeError(`gave a piece that is neither bytes nor a string: ${typeof piece}`);
    // An empty chunk would end a chunked body.
    const ready = piece.length === 0 ? undefined : sink.write(piece);
    if (ready !== undefined) await ready;
  }
  sink.end();
}
