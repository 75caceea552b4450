/* The value of a JSON text in which integers that a double cannot hold for sure are BigInts. */
import { LanewiseError } from '../error.ts';
import type { Tape } from './document/cursor.ts';
import { setOwn } from './own.ts';
import { decodeAscii } from './strings.ts';

/** Digits of `Number.MAX_SAFE_INTEGER`: an integer with fewer is safe. */
const SAFE_DIGITS = 16;
const INTEGER = /^-?\d+$/;
/**
 * Finds every number that starts with as many digits, at the start, behind a sign, a bracket, a comma, a colon or white space. It does not look at
 * what follows them: for a run of digits of any length the host would need a stack of that length, and throw where it has none.
 */
const CANDIDATE = /(?:^|[[,:\s-])[1-9]\d{15}/;

/** A container that is being built. */
class Open {
  readonly parent: Open | undefined;
  readonly target: unknown[] | Record<string, unknown>;
  /** The entry of its end. */
  readonly close: number;

  constructor(parent: Open | undefined, target: unknown[] | Record<string, unknown>, close: number) {
    this.parent = parent;
    this.target = target;
    this.close = close;
  }

  add(key: string, value: unknown): void {
    if (Array.isArray(this.target)) this.target.push(value);
    else setOwn(this.target, key, value);
  }
}

/** False when no integer of the JSON `text` is outside the safe range. True says nothing: a string may look like one. O(n). */
export function mayHaveBigIntegers(text: string): boolean {
  return CANDIDATE.test(text);
}

/**
 * The value of the document, as `JSON.parse` gives it, but with a BigInt for each integer (no fraction, no exponent) outside the safe
 * range. What holds none of them is left to `JSON.parse`.
 *
 * O(n) time, besides what the host takes for a BigInt; no recursion.
 *
 * @throws {LanewiseError} LW_JSON_NUMBER_RANGE at an integer that is too large for the host's BigInt
 */
export function valueWithBigIntegers(tape: Tape): unknown {
  const integers = bigIntegers(tape);
  let found = 0;
  const results: unknown[] = [];
  let open: Open | undefined = new Open(undefined, results, tape.next(0));
  let entry = 0;
  for (;;) {
    while (entry === open.close) {
      if (open.parent === undefined) return results[0];
      open = open.parent;
      entry++;
    }
    const key: string = Array.isArray(open.target) ? '' : tape.keyOf(entry++);
    const integer = integers[found];
    if (integer === entry) {
      open.add(key, bigIntegerAt(tape, entry++));
      found++;
    } else if (integer !== undefined && tape.isContainer(entry) && integer < tape.close(entry)) {
      const target: Open['target'] = tape.type(entry) === 'object' ? {} : [];
      open.add(key, target);
      open = new Open(open, target, tape.close(entry++));
    } else {
      open.add(key, tape.valueOf(entry));
      entry = tape.next(entry);
    }
  }
}

/** The entries of integers outside the safe range, in order. */
function bigIntegers(tape: Tape): number[] {
  const found: number[] = [];
  for (let entry = 0; entry < tape.size; entry++) {
    // Of the ends of containers the second word is no offset, but a bracket is no integer.
    if (tape.end(entry) - tape.start(entry) < SAFE_DIGITS || !isDigitOrMinus(tape.input[tape.start(entry)] as number)) continue;
    const text = decodeAscii(tape.input, tape.start(entry), tape.end(entry)) as string;
    if (INTEGER.test(text) && !Number.isSafeInteger(Number(text))) found.push(entry);
  }
  return found;
}

function isDigitOrMinus(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d;
}

function bigIntegerAt(tape: Tape, entry: number): bigint {
  try {
    return BigInt(decodeAscii(tape.input, tape.start(entry), tape.end(entry)) as string);
  } catch {
    throw new LanewiseError('LW_JSON_NUMBER_RANGE', tape.start(entry), tape.input);
  }
}
