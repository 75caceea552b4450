import { LanewiseError, type Source } from '../error.ts';
import { ERROR_CODES } from '../generated/error-codes.ts';

/*
 * A fault is one negative number: -(1 + number of the code * 2^33 + offset). A call that fails costs no exception at the
 * border, and a call that only asks for a verdict costs none at all.
 */
const OFFSETS = 2 ** 33;
/** The offset word of an error that has no place. */
const NOWHERE = OFFSETS - 1;

/** Passes a result on; throws the LanewiseError that a fault stands for. */
export function check(outcome: number, source?: Source): number {
  if (outcome < 0) throw toError(outcome, source);
  return outcome;
}

/** The error that a fault (an outcome below 0) stands for. */
export function toError(fault: number, source?: Source): LanewiseError {
  const packed = -fault - 1;
  const offset = packed % OFFSETS;
  const code = ERROR_CODES[Math.floor(packed / OFFSETS)];
  if (code === undefined) throw new TypeError(`unknown fault ${fault}: the backend is of another version`);
  return new LanewiseError(code, offset === NOWHERE ? -1 : offset, source);
}
