import { ERROR_MESSAGES, type ErrorCode } from './generated/error-codes.ts';

export type { ErrorCode };

const BRAND = Symbol.for('lanewise.LanewiseError');
const NEWLINE = 10;

/** What the engine was given when it failed; kept so that line and column can be counted when they are read. */
export type Source = string | Uint8Array;

/** A line and a column, both 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * The one error that lanewise throws, besides TypeError for an argument of a wrong type.
 *
 * `instanceof` answers by a brand, so that two copies of the package agree.
 */
export class LanewiseError extends Error {
  readonly code: ErrorCode;
  /** Where, in the unit of the input (bytes, or UTF-16 code units of a string); -1 when the error has no place. */
  readonly offset: number;
  readonly #source: Source | undefined;
  #place: Place | undefined;

  /** @param source where line and column are counted, or what they are */
  constructor(code: ErrorCode, offset = -1, source?: Source | Place, detail?: string) {
    const what = detail === undefined ? ERROR_MESSAGES[code] : `${ERROR_MESSAGES[code]}: ${detail}`;
    super(offset < 0 ? what : `${what} at offset ${offset}`);
    // JavaScriptCore gives each error a line and a column of its own, that of the code, which would hide those of the input.
    Reflect.deleteProperty(this, 'line');
    Reflect.deleteProperty(this, 'column');
    this.code = code;
    this.offset = offset;
    if (typeof source === 'object' && 'line' in source) this.#place = source;
    else this.#source = source;
  }

  /** 1-based, -1 when the error has no place; a line ends at '\n'. Counted on the first read, from the input as it then is. */
  get line(): number {
    return this.#locate().line;
  }

  /** 1-based, in the unit of the input, -1 when the error has no place. Counted on the first read. */
  get column(): number {
    return this.#locate().column;
  }

  get [BRAND](): true {
    return true;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  #locate(): Place {
    this.#place ??= locate(this.#source, this.offset);
    return this.#place;
  }
}

Object.defineProperty(LanewiseError.prototype, 'name', { value: 'LanewiseError', configurable: true, writable: true });

function locate(source: Source | undefined, offset: number): Place {
  if (source === undefined || offset < 0) return { line: -1, column: -1 };
  const unitAt = typeof source === 'string' ? (i: number) => source.charCodeAt(i) : (i: number) => source[i];
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < offset; i++) {
    if (unitAt(i) === NEWLINE) {
      line++;
      lineStart = i + 1;
    }
  }
  return { line, column: offset - lineStart + 1 };
}
