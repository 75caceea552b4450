import type { Iteration, Route } from 'lanewise/gateway';

/** How the bytes of a case are sent: in one piece, byte by byte, in two pieces for every place of the cut, between two other requests. */
export const MODES = ['whole', 'byte by byte', 'in two pieces', 'between others'] as const;
export type Mode = (typeof MODES)[number];

/** A reply that is expected; what it does not say is free, within the rules that hold for every reply (replies.ts). */
export interface Expected {
  /** Several where the RFCs and the design leave it open. */
  readonly status: number | readonly number[];
  /** By name; null for a field that may not be there. */
  readonly fields?: Readonly<Record<string, string | RegExp | null>>;
  readonly body?: string | RegExp;
  /** It answers HEAD, so no body follows whatever its fields say. */
  readonly isHead?: boolean;
}

/** What comes of a case. */
export interface Outcome {
  readonly replies: readonly Expected[];
  /** What becomes of the connection: an open one must answer a further request. */
  readonly connection: 'open' | 'closed' | 'either';
}

/** Bytes in, replies out. */
export interface Case {
  readonly title: string;
  /** One character a byte. Of several parts, each is sent when a reply to the one before has arrived. */
  readonly send: string | readonly string[];
  /** Several where the RFCs leave a choice that the design does not make. */
  readonly outcome: Outcome | readonly Outcome[];
  /** Where an iteration cannot do it, the reason and what it does. */
  readonly except?: Exception;
}

export interface Exception {
  readonly iterations: readonly Iteration[];
  readonly reason: string;
  /** Of all modes unless it says so. */
  readonly modes?: readonly Mode[];
  /** Nothing is checked without one. */
  readonly outcome?: Outcome | readonly Outcome[];
}

/** Cases by section: '9112 2.2 Message parsing'. */
export type Section = Readonly<Record<string, readonly Case[]>>;

/** The iterations whose parser is node:http's. */
export const NODE_HTTP: readonly Iteration[] = ['v0.1', 'v0.2', 'v0.3'];

/** The limits that the cases are made for. */
export const LIMITS = { headBytes: 1024, headers: 20, bodyBytes: 1000 } as const;

export const ROUTES: readonly Route[] = [
  { path: '/echo', echo: true },
  { path: '/text', method: 'GET', respond: { body: 'text' } },
  { path: '/given', respond: { body: 'given' } },
  { path: '/posted', method: 'POST', respond: { body: 'posted' } },
  { path: '/gone', respond: { status: 410, body: 'gone' } },
  { path: '/nothing', respond: { status: 204, body: '' } },
  { path: '/named/:name', handler: ({ params }) => ({ body: params.name as string }) },
  {
    path: '/see/*',
    handler: (request) => ({ body: [request.method, request.path, request.query, request.header('x') ?? null, request.text()] }),
  },
  {
    path: '/later',
    handler: async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { body: `later ${request.query}` };
    },
  },
  {
    path: '/inject',
    handler: (request) => ({ headers: { [request.header('name') ?? 'x']: JSON.parse(`"${request.query}"`) as string }, body: 'injected' }),
  },
];

export const HELLO = '{"message":"hello"}';

export function head(requestLine: string, ...fields: readonly string[]): string {
  return [requestLine, ...fields, '', ''].join('\r\n');
}

export function get(path = '/echo', ...fields: readonly string[]): string {
  return head(`GET ${path} HTTP/1.1`, 'Host: a', ...fields);
}

/** A POST that a handler shows. */
export function post(body: string, ...fields: readonly string[]): string {
  return head('POST /see/ HTTP/1.1', 'Host: a', ...fields) + body;
}

export function chunked(body: string, ...fields: readonly string[]): string {
  return post(body, 'Transfer-Encoding: chunked', ...fields);
}

export function open(...replies: readonly Expected[]): Outcome {
  return { replies, connection: 'open' };
}

export function closed(...replies: readonly Expected[]): Outcome {
  return { replies, connection: 'closed' };
}

/** The connection ends with one answer that says what was wrong. */
export function refused(...statuses: readonly number[]): Outcome {
  return closed({ status: statuses });
}

export const hello: Outcome = open({ status: 200, body: HELLO, fields: { 'content-type': 'application/json' } });
export const helloAndClose: Outcome = closed({ status: 200, body: HELLO });
export const bad: Outcome = refused(400);

/** Cases in which the RFCs leave a choice that node:http and the native transport make differently, and why. */
export const CHOICES: Readonly<Record<string, string>> = {
  'a bare LF ends no line before a request': 'llhttp passes over line ends of any form before a request',
  'the preface of HTTP/2 is refused': 'llhttp knows it, and gives no version',
  'HTTP/1.2 is HTTP/1.1 for whoever knows no more, or not supported': 'llhttp takes the versions that it knows alone',
  'a comma before it is refused': 'node:http counts an empty coding as one',
  'white space around the semicolon is passed over': 'llhttp takes none, as RFC 9112 section 7.1.1 has it for senders',
  'all of them together have': 'llhttp has a limit for each extension',
  'a trailer frames nothing': 'llhttp refuses the names, the native transport passes over any field',
  'nor does this one': 'as above',
  'a body is not asked for where the condition does not hold': 'what follows is the body for the native transport; node:http closes',
  'a method without an end is refused': 'llhttp looks at each byte of a method, the native transport at the limit first',
};

/** What the handler of /see/ shows. */
export function seen({ method = 'POST', path = '/see/', query = '', x = null as string | null, body = '' }): Outcome {
  return open({ status: 200, body: JSON.stringify([method, path, query, x, body]) });
}

/** node:http decides here. */
export function nodeHttp(reason: string, outcome?: Outcome | readonly Outcome[]): Exception {
  return { iterations: NODE_HTTP, reason, ...(outcome !== undefined && { outcome }) };
}
