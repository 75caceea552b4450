import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { logOf } from '../access-log.ts';
import type { Settings } from '../config.ts';
import type { Service } from '../exchange.ts';
import { type Failure, type FailureStatus, failure, reasonOf } from '../failures.ts';
import type { Running, Start } from '../running.ts';
import type { Connections, Stats } from '../stats.ts';
import type { ConnectionStates } from '../types.ts';
import { JSON_TEXT } from './answer.ts';
import { type Connection, cutConnection, NodeExchange } from './exchange.ts';
import { isHost } from './host.ts';

/** What an iteration adds: how an exchange is answered. */
export type Listener = (exchange: NodeExchange) => void;

/** Makes the listener of a set of routes, at the start and at each reload. */
export type BuildListener = (settings: Settings) => Listener | Promise<Listener>;

/** How long a connection that was refused stays open for the client to read why (RFC 9112 section 9.6). */
const LINGER_MS = 2_000;
/** How long connections that go on coming are accepted when the gateway is to close. */
const BACKLOG_MS = 1_000;
/** Deadlines are looked at this often at least and at most, whatever they are. */
const SWEEP_MS_MIN = 25;
const SWEEP_MS_MAX = 1_000;

/** A target with its authority. */
const ABSOLUTE = /^https?:\/\/([^/?]*)/i;

/** Serves through node:http. */
export function nodeHttp(build: BuildListener): Start {
  return async (settings, stats) => {
    const server = new HttpServer(settings, stats, build, await build(settings));
    await server.listen();
    return server;
  };
}

interface OpenConnection extends Connection {
  /** Since when an answer waits for the client to take it, 0 while none does. */
  writingSince: number;
  /** The answer to the last request that came. */
  last: ServerResponse | undefined;
  isRefused: boolean;
}

const CONNECTION = Symbol('connection');
type Tracked = Socket & { [CONNECTION]: OpenConnection };

class HttpServer implements Running {
  readonly transport = 'node:http';
  readonly #server: Server;
  readonly #build: BuildListener;
  readonly #connections = new Set<OpenConnection>();
  readonly #sweeper: NodeJS.Timeout;
  #settings: Settings;
  #service: Service;
  #listener: Listener;
  #isDraining = false;
  #accepted = 0;
  /** Called whenever a connection has closed. */
  #onClosed: () => void = () => {};

  constructor(settings: Settings, stats: Stats, build: BuildListener, listener: Listener) {
    const { limits } = settings;
    this.#settings = settings;
    this.#service = { limits, stats, log: logOf(settings, stats) };
    this.#build = build;
    this.#listener = listener;
    // A missing Host is answered below, and bodies have their own deadline.
    const options = { requireHostHeader: false, requestTimeout: 0, maxHeaderSize: limits.headBytes };
    this.#server = createServer({ ...options, connectionsCheckingInterval: sweepMs(limits.headMs) });
    // Node's own would cut answers that clients are still taking: `close` knows which connections are idle.
    this.#server.closeIdleConnections = () => {};
    this.#applyLimits();
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs(Math.min(limits.bodyMs, limits.writeMs))).unref();
    stats.watchConnections(() => this.#look());
    this.#server.on('drop', () => this.#service.stats.shed());
    this.#server.on('connection', (socket) => this.#accept(socket));
    this.#server.on('request', (request, response) => this.#serve(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#serve(request, response, true));
    this.#server.on('checkExpectation', (request, response) => {
      if (!request.socket.destroyed) this.#refuseRequest(this.#begin(request, response), 417);
    });
    this.#server.on('connect', ({ socket }) => this.#refuse((socket as Tracked)[CONNECTION], { ...failure(405), allow: '' }));
    this.#server.on('clientError', (error, socket) => this.#onClientError(error, socket));
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  listen(): Promise<void> {
    const { host, port } = this.#settings;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        clearInterval(this.#sweeper);
        if (error.code === 'EADDRINUSE') error.message = `port ${port} on ${host} is in use`;
        reject(error);
      });
      this.#server.listen({ host, port }, resolve);
    });
  }

  async reload(settings: Settings): Promise<void> {
    const listener = await this.#build(settings);
    this.#settings = settings;
    this.#service = { limits: settings.limits, stats: this.#service.stats, log: this.#service.log };
    this.#listener = listener;
    this.#applyLimits();
  }

  async close(graceMs: number): Promise<void> {
    this.#isDraining = true;
    // What the system has already received, connections and requests alike, is under way too.
    await this.#takeBacklog();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    const emptied = new Promise<void>((resolve) => {
      this.#onClosed = () => this.#connections.size === 0 && resolve();
    });
    const cut = setTimeout(() => {
      for (const connection of this.#connections) cutConnection(connection);
    }, graceMs);
    await wholeTurn();
    for (const connection of this.#connections) drain(connection);
    this.#onClosed();
    await Promise.all([closed, emptied]);
    clearTimeout(cut);
    clearInterval(this.#sweeper);
  }

  /** Takes the connections that wait to be accepted: Node takes one a turn, and closing would reset the others. */
  async #takeBacklog(): Promise<void> {
    const end = performance.now() + BACKLOG_MS;
    let before: number;
    do {
      before = this.#accepted;
      await wholeTurn();
    } while (this.#accepted > before && performance.now() < end);
  }

  #applyLimits(): void {
    const { connections, headers, headMs, idleMs } = this.#settings.limits;
    this.#server.maxConnections = connections;
    // One more than the limit is read, so that a head beyond it is seen and not cut short.
    this.#server.maxHeadersCount = headers + 1;
    this.#server.headersTimeout = headMs;
    this.#server.keepAliveTimeout = idleMs;
  }

  #accept(socket: Socket): void {
    const connection: OpenConnection = { socket, exchanges: [], writingSince: 0, last: undefined, isRefused: false, endsBody: false };
    (socket as Tracked)[CONNECTION] = connection;
    this.#connections.add(connection);
    this.#accepted++;
    this.#service.stats.accepted();
    socket.on('close', () => {
      this.#connections.delete(connection);
      this.#service.stats.closed(socket.bytesRead, socket.bytesWritten);
      for (const exchange of [...connection.exchanges]) exchange.abandon();
      this.#onClosed();
    });
  }

  #begin(request: IncomingMessage, response: ServerResponse): NodeExchange {
    const connection = (request.socket as Tracked)[CONNECTION];
    if (this.#isDraining || !mayGoOn(request)) response.setHeader('Connection', 'close');
    connection.last = response;
    return new NodeExchange(request, response, connection, this.#service);
  }

  #serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    // The parser goes on after a connection has broken. An answer would end at once there, before those of earlier requests: node:http,
    // which relies on the order, ends the process then.
    if (request.socket.destroyed) return;
    const exchange = this.#begin(request, response);
    exchange.expectsContinue = expectsContinue;
    const status = refusalOf(request, this.#service.limits.headers);
    if (status === undefined) this.#listener(exchange);
    else this.#refuseRequest(exchange, status);
  }

  /** Answers what is not served, whatever its route says; what follows on the connection is not looked at. */
  #refuseRequest(exchange: NodeExchange, status: FailureStatus): void {
    (exchange.request.socket as Tracked)[CONNECTION].isRefused = true;
    this.#failAndClose(exchange, failure(status));
  }

  #failAndClose(exchange: NodeExchange, why: Failure): void {
    this.#service.stats.refused(reasonOf(why.status));
    exchange.failAndClose(why);
  }

  /** What came is no HTTP, or did not come in time. */
  #onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    const connection = (socket as Tracked)[CONNECTION];
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    if (connection.isRefused) return;
    connection.isRefused = true;
    const why = failure(statusOf(error));
    const exchange = connection.exchanges.at(-1);
    // What follows a request that is to be the last is not looked at.
    if (error.code === 'HPE_CLOSED_CONNECTION') whenAnswered(connection, () => socket.end());
    // What is malformed is the body of this one.
    else if (exchange !== undefined && !exchange.request.complete) this.#failAndClose(exchange, why);
    // Or of one that has been answered.
    else if (connection.last?.req.complete === false) whenAnswered(connection, () => socket.end());
    else this.#refuse(connection, why);
  }

  /** Answers what is no request, behind all that was asked before, and closes the connection in stages. */
  #refuse(connection: OpenConnection, why: Failure): void {
    connection.isRefused = true;
    whenAnswered(connection, () => {
      const { socket } = connection;
      if (!socket.writable) return;
      this.#service.stats.requested();
      this.#service.stats.answered('', why.status, 0);
      this.#service.stats.refused(reasonOf(why.status));
      socket.end(render(why));
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    });
  }

  #look(): Connections {
    const states = { new: 0, active: 0, idle: 0, closing: 0 };
    let [bytesIn, bytesOut] = [0, 0];
    for (const connection of this.#connections) {
      states[stateOf(connection)]++;
      bytesIn += connection.socket.bytesRead;
      bytesOut += connection.socket.bytesWritten;
    }
    return { states, bytesIn, bytesOut };
  }

  /** Looks at the deadlines of bodies and of answers. */
  #sweep(): void {
    const now = performance.now();
    for (const connection of this.#connections) {
      const exchange = connection.exchanges.at(-1);
      if (exchange?.isReceiving && exchange.isLate(now)) this.#failAndClose(exchange, failure(408));
      if (connection.socket.writableLength === 0) connection.writingSince = 0;
      else if (connection.writingSince === 0) connection.writingSince = now;
      else if (now - connection.writingSince > this.#service.limits.writeMs) cutConnection(connection);
    }
  }
}

function stateOf({ isRefused, exchanges, last, socket }: OpenConnection): keyof ConnectionStates {
  if (isRefused) return 'closing';
  if (exchanges.length > 0 || socket.writableLength > 0) return 'active';
  return last === undefined ? 'new' : 'idle';
}

/** Lets the loop look at all descriptors once: the first turn may be one that has already looked. */
async function wholeTurn(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

/** Runs `then` when all answers of a connection have been handed over. */
function whenAnswered({ last }: OpenConnection, then: () => void): void {
  if (last === undefined || last.writableFinished) then();
  else last.once('finish', then);
}

/** False for HTTP/1.0 that does not ask to go on: node:http takes Proxy-Connection too, and overlooks a 'close' (RFC 9112 section 9.3). */
function mayGoOn({ httpVersionMinor, headers }: IncomingMessage): boolean {
  if (httpVersionMinor !== 0) return true;
  const options = (headers.connection ?? '').toLowerCase().split(/[ \t]*,[ \t]*/);
  return options.includes('keep-alive') && !options.includes('close');
}

/** Closes a connection as soon as everything that it asked for has been answered and taken. */
function drain({ socket, exchanges }: Connection): void {
  const last = exchanges.at(-1);
  if (last === undefined) socket.destroySoon();
  else if (last.response.headersSent) last.response.once('finish', () => socket.destroySoon());
  else last.response.setHeader('Connection', 'close');
}

/** The status of a request that is malformed or beyond what is served, though node:http takes it. */
function refusalOf(request: IncomingMessage, headersMax: number): FailureStatus | undefined {
  const { rawHeaders, httpVersion, headers } = request;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 505;
  if (rawHeaders.length > 2 * headersMax) return 431;
  if (!hasTarget(request) || !hasOneHost(request)) return 400;
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  // HTTP/1.0 knows no codings: what is behind such a head has no certain end (RFC 9112 section 6.1).
  if (httpVersion === '1.0') return 400;
  const codings = coding.toLowerCase().split(/[ \t]*,[ \t]*/);
  // Nor has what is not chunked in the end (section 6.3).
  if (codings.at(-1) !== 'chunked') return 400;
  // A body in another coding would arrive as it is coded.
  return codings.length === 1 ? undefined : 501;
}

/** A target of one of the forms that the method takes (RFC 9112 section 3.2). */
function hasTarget({ url = '', method }: IncomingMessage): boolean {
  if (url.includes('#')) return false;
  if (url.startsWith('/')) return true;
  if (url === '*') return method === 'OPTIONS';
  const authority = ABSOLUTE.exec(url)?.[1] ?? '';
  return authority !== '' && !authority.startsWith(':') && isHost(authority);
}

/** One Host that is one, as RFC 9112 section 3.2 demands; an HTTP/1.0 request may have none. */
function hasOneHost({ rawHeaders, httpVersionMinor }: IncomingMessage): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (!isHost(rawHeaders[i + 1] as string)) return false;
    count++;
  }
  return count === 1 || (count === 0 && httpVersionMinor === 0);
}

function statusOf({ code, reason }: NodeJS.ErrnoException & { reason?: string }): FailureStatus {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  // Of a version that is malformed the parser has other reasons under the same code.
  if (reason === 'Invalid HTTP version') return 505;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

function render({ status, body, allow }: Failure): string {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${JSON_TEXT}`,
    `Content-Length: ${body.length}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
  ];
  if (allow !== undefined) lines.push(`Allow: ${allow}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function sweepMs(deadlineMs: number): number {
  return Math.min(Math.max(Math.ceil(deadlineMs / 4), SWEEP_MS_MIN), SWEEP_MS_MAX);
}
