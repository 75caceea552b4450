import { LanewiseError } from '../error.ts';
import { FAILURE_TABLE } from '../generated/failures.ts';

/*
 * Every answer that is an error: {"error":{"code","message","offset"?}}. A body that cannot be read is a 400 with the code and
 * offset of its LanewiseError; everything else is in the table, which stands in lanewise-http: every transport answers with it.
 */

export type FailureStatus = keyof typeof FAILURE_TABLE;
export const FAILURE_STATUSES = Object.keys(FAILURE_TABLE).map(Number) as FailureStatus[];

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
    const [code, message] = FAILURE_TABLE[status];
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
