import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Gateway, type GatewayConfig, ITERATIONS, type Iteration, serve } from 'lanewise/gateway';

export { ITERATIONS, type Iteration };

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Several pieces are sent chunked, one after the other. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[];
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Threads and driver of the native transport: the suites hold for all of them. */
const THREADS = Number(process.env.LANEWISE_TEST_THREADS ?? 1);
const IO = (process.env.LANEWISE_TEST_IO ?? 'auto') as 'auto' | 'epoll' | 'uring';

/** A gateway on a free port. */
export function start(iteration: Iteration, config: GatewayConfig = {}): Promise<Gateway> {
  const threads = ITERATIONS.indexOf(iteration) >= ITERATIONS.indexOf('v0.4') ? { threads: THREADS, io: IO } : {};
  return serve({ iteration, listen: { port: 0 }, ...threads, ...config });
}

/** One request on a connection of its own. */
export function ask(url: string, { method = 'GET', path = '/', headers = {}, body }: Ask): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode as number, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    if (Array.isArray(body)) for (const piece of body) sent.write(piece);
    sent.end(Array.isArray(body) ? undefined : (body as string | Uint8Array | undefined));
  });
}

export function post(path: string, type: string | undefined, body: string | Uint8Array, headers: Record<string, string> = {}): Ask {
  return { method: 'POST', path, headers: { ...(type !== undefined && { 'content-type': type }), ...headers }, body };
}

/** The "error" of an answer that is one. */
export function errorOf({ body }: Reply): { code: string; message: string; offset?: number } {
  return (JSON.parse(body.toString()) as { error: { code: string; message: string; offset?: number } }).error;
}

/** A connection on which bytes are sent as they are. */
export class Wire {
  readonly socket: Socket;
  #received = '';
  #isClosed = false;
  #isReset = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    // A reset ends it like a close.
    socket.on('error', () => {
      this.#isReset = true;
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  static open(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''), () => resolve(new Wire(socket)));
      socket.once('error', reject);
    });
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** Everything received, once `pattern` is in it. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      if (this.#isClosed) throw new Error(`closed after ${JSON.stringify(this.#received)}`);
      await this.#next();
    }
    return this.#received;
  }

  /** It has ended by a reset. */
  get isReset(): boolean {
    return this.#isReset;
  }

  /** Everything received, once the other side has closed. */
  async untilClosed(): Promise<string> {
    while (!this.#isClosed) await this.#next();
    return this.#received;
  }

  close(): void {
    this.socket.destroy();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
