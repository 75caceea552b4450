import type { AccessLog } from './access-log.ts';
import type { Failure } from './failures.ts';
import { type Answer, type FlatHeaders, JSON_TEXT, NO_HEADERS } from './http/answer.ts';
import type { Params } from './path-pattern.ts';
import type { Stats } from './stats.ts';
import type { GatewayLimits } from './types.ts';

/** What an exchange needs of the gateway it belongs to. */
export interface Service {
  readonly limits: GatewayLimits;
  readonly stats: Stats;
  /** Where requests are logged, if they are. */
  readonly log?: AccessLog | undefined;
}

/** What is done once the body is there. */
export type BodyReader = (exchange: Exchange) => void;

/** The body is not passed on any more: the client has gone, or the request has been answered. */
export class BodyGone extends Error {
  override readonly name = 'BodyGone';

  constructor() {
    super('the client has gone, or the request has been answered, before the body was read');
  }
}

/** Where a body goes that is sent piece by piece. */
export interface Sink {
  /** Sends a piece, which is not to be changed any more. A promise asks to wait for the client; it is kept when the client goes, too. */
  write(piece: Uint8Array): Promise<void> | undefined;
  /** The body is complete. */
  end(): void;
  /** It never will be: the connection is cut, so that the client knows. */
  cut(): void;
}

/** One request and its answer, whichever transport they travel by. It is answered once; what comes later is dropped. */
export abstract class Exchange {
  abstract readonly service: Service;
  abstract readonly method: string;
  /** The request target as it was sent, with the query. */
  abstract readonly target: string;
  /** What the names of the route stand for. */
  abstract params: Params;
  /** By which name the answer is counted, '' without a route. */
  abstract routeName: string;
  /** What the route keeps until it answers. */
  state: unknown = undefined;
  /** Made when somebody asks for its signal; true when it was to be aborted before. */
  #abort: AbortController | true | undefined = undefined;

  /** The value of the header `name`, in lower case; lines of one name are joined by ', '. */
  abstract header(name: string): string | undefined;

  /** True once it is answered, or the client has gone. */
  abstract get isSettled(): boolean;

  /** Calls `reader` when the body has arrived as a whole; one beyond the limit is answered here. */
  abstract read(reader: BodyReader): void;

  /** The body that has arrived, to be looked at until the exchange is answered. */
  abstract get body(): Uint8Array;

  /** The same, the caller's to keep. */
  abstract keepBody(): Uint8Array;

  /** Lets others use the memory of the body, which nothing may look at from now on. */
  abstract releaseBody(): void;

  /** The body as it arrives, in place of `read`; asked for once. It comes no faster than it is taken, and fails when the client goes. */
  abstract openBody(): ReadableStream<Uint8Array>;

  /**
   * Answers. `type` is the media type of the body, undefined for a body without one; a string is sent in UTF-8. Framing is added; an
   * answer to HEAD, and one whose status has none, goes out without the body.
   */
  abstract reply(status: number, type: string | undefined, body: Uint8Array | string, headers?: FlatHeaders): void;

  /** Answers with a body that is sent as it comes; undefined when there is nobody to send it to. */
  abstract open(status: number, type: string | undefined, headers: FlatHeaders): Sink | undefined;

  /** The time that a handler has begins. */
  abstract startDeadline(): void;

  answer({ status, type, body, headers }: Answer): void {
    this.reply(status, type, body, headers);
  }

  fail({ status, body, allow }: Failure): void {
    this.reply(status, JSON_TEXT, body, allow === undefined ? NO_HEADERS : ['Allow', allow]);
  }

  /** Aborted when the client goes or `abort` is called. */
  get signal(): AbortSignal {
    if (typeof this.#abort === 'object') return this.#abort.signal;
    const controller = new AbortController();
    if (this.#abort) controller.abort();
    this.#abort = controller;
    return controller.signal;
  }

  abort(): void {
    if (typeof this.#abort === 'object') this.#abort.abort();
    else this.#abort = true;
  }
}
