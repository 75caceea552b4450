import { backend } from './backend/current.ts';
import { ownWords } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { borrow } from './input.ts';
import { checkSize, failure, type JsonLimits, putInput, type ResolvedLimits, resolveLimits } from './json-input.ts';
import { type Document, openDocument, Tape } from './objects/document/cursor.ts';
import { JSON_FORMAT } from './objects/document/json-format.ts';

/**
 * A cursor over the value in `input`, which is validated as a whole, now: O(n). Then nothing is built until it is read, and reading makes
 * no native call.
 *
 * The input is borrowed for as long as the document is read, and must stay as it is.
 *
 * @throws {LanewiseError} as `validate`
 */
export function document(input: Uint8Array, limits?: JsonLimits): Document {
  borrow(input);
  return openDocument(tapeOf(input, resolveLimits(limits)));
}

/** The tape of a JSON text. */
export function tapeOf(input: Uint8Array, limits: ResolvedLimits): Tape {
  checkSize(input, limits);
  putInput(input, limits);
  const outcome = backend.jsonTape();
  if (outcome < 0) throw failure(outcome, input);
  return new Tape(JSON_FORMAT, input, wordsOf(outcome, input));
}

/** The words of the tape; a host has no array for those of the very largest inputs. */
function wordsOf(size: number, input: Uint8Array): Uint32Array {
  try {
    return ownWords(size);
  } catch {
    throw new LanewiseError('LW_SIZE', input.length);
  }
}
