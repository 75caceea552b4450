import { LanewiseError } from '../error.ts';

/*
 * Every answer that is an error: {"error":{"code","message","offset"?}}. A body that cannot be read is a 400 with the code and
 * offset of its LanewiseError; everything else is in the table.
 */
const TABLE = {
  400: ['BAD_REQUEST', 'the request is malformed'],
  404: ['NOT_FOUND', 'there is nothing at this path'],
  405: ['METHOD_NOT_ALLOWED', 'this path does not take this method; Allow lists those that it takes'],
  406: ['NOT_ACCEPTABLE', 'the answer can be application/json or application/msgpack, Accept takes neither'],
  408: ['REQUEST_TIMEOUT', 'the request did not arrive in time'],
  411: ['LENGTH_REQUIRED', 'the body must say its length, or come in chunks'],
  413: ['PAYLOAD_TOO_LARGE', 'the body exceeds the limit'],
  414: ['URI_TOO_LONG', 'the target of the request exceeds the limit'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json, +json or application/msgpack, in UTF-8 and not compressed'],
  417: ['EXPECTATION_FAILED', 'the only expectation that can be met is 100-continue'],
  431: ['HEADERS_TOO_LARGE', 'the head of the request exceeds the limit'],
  500: ['INTERNAL', 'the request failed on our side'],
  501: ['NOT_IMPLEMENTED', 'the method or the transfer coding is not known; the one transfer coding is chunked'],
  503: ['UNAVAILABLE', 'there is more to do than can be done; try again later'],
  504: ['HANDLER_TIMEOUT', 'there was no answer in time'],
  505: ['VERSION_NOT_SUPPORTED', 'the versions are HTTP/1.1 and HTTP/1.0'],
} as const;

export type FailureStatus = keyof typeof TABLE;
export const FAILURE_STATUSES = Object.keys(TABLE).map(Number) as FailureStatus[];

/** An answer that is an error. */
export interface Failure {
  readonly status: FailureStatus;
  /** JSON text. */
  readonly body: string;
  /** The methods of a 405. */
  readonly allow?: string;
}

const FAILURES = new Map<FailureStatus, Failure>(
  FAILURE_STATUSES.map((status) => {
    const [code, message] = TABLE[status];
    return [status, { status, body: JSON.stringify({ error: { code, message } }) }];
  }),
);

/** The failure of a status. */
export function failure(status: FailureStatus): Failure {
  return FAILURES.get(status) as Failure;
}

/** The 405 of a path that takes `allow`. */
export function methodNotAllowed(allow: string): Failure {
  return { ...failure(405), allow };
}

/** The failure that the reading of a body ended in: 400 for what the client sent, 500 for anything else. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof LanewiseError)) return failure(500);
  const { code, message, offset } = error;
  return { status: 400, body: JSON.stringify({ error: offset < 0 ? { code, message } : { code, message, offset } }) };
}
