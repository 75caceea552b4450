import type { IncomingMessage } from 'node:http';
import { BodyGone } from '../exchange.ts';

/** How much of a body waits until it is taken. */
const AHEAD_MAX = 64 << 10;

/** What a body stream needs of the exchange whose body it is. */
export interface BodySource {
  readonly request: IncomingMessage;
  /** Counts a piece; false when the body has become too large. */
  admitChunk(size: number): boolean;
  pauseBody(): void;
  resumeBody(): void;
}

/** A body that is passed on as it arrives, and no faster than it is taken. */
export class BodyStream {
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(source: BodySource) {
    const { request } = source;
    const strategy = new ByteLengthQueuingStrategy({ highWaterMark: AHEAD_MAX });
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => source.resumeBody(),
        cancel: () => {
          this.#controller = undefined;
          source.resumeBody();
        },
      },
      strategy,
    );
    request.on('data', (chunk: Buffer) => {
      if (!source.admitChunk(chunk.length)) return;
      this.#controller?.enqueue(chunk);
      if (this.#controller !== undefined && Number(this.#controller.desiredSize) <= 0) source.pauseBody();
    });
    request.on('end', () => {
      this.#controller?.close();
      this.#controller = undefined;
    });
  }

  /** Ends it where it has not ended: what is left will not be passed on. */
  fail(): void {
    this.#controller?.error(new BodyGone());
    this.#controller = undefined;
  }
}
