import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownWords } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { borrow } from './input.ts';
import { prepareCheck } from './msgpack-input.ts';
import { Decoder } from './objects/decode/decoder.ts';
import { type Document, openDocument, Tape } from './objects/document/cursor.ts';
import { MsgpackFormat } from './objects/document/msgpack-format.ts';
import { type MsgpackOptions, type ResolvedOptions, resolveOptions } from './objects/options.ts';

/**
 * A cursor over the MessagePack value in `input`, which is validated as a whole, now: O(n). Then nothing is built until it is read, and
 * reading makes no native call.
 *
 * A map is an object. A key that is no string has the text that `nonStringKeys: 'stringify'` makes of it, `get(7)` finds the key 7; a member
 * whose key is an array or a map has none: it is in `value()` and in `raw()` alone, and does not count. A timestamp is an extension. A string
 * that is no UTF-8 is binary with `invalidUtf8: 'bytes'`.
 *
 * The input is borrowed for as long as the document is read, and must stay as it is.
 *
 * @param options what `value()` gives is what `decode` gives with them
 * @throws {LanewiseError} as `validate` with these options
 */
export function document(input: Uint8Array, options?: MsgpackOptions): Document {
  const resolved = resolveOptions(options);
  borrow(input);
  const { invalidUtf8, nonStringKeys } = resolved;
  // What such keys and strings come to, only the decoder knows.
  if (nonStringKeys === 'stringify' || invalidUtf8 === 'bytes') new Decoder(withoutExtensions(resolved)).decode(input);
  prepareCheck(input, resolved);
  const words = wordsOf(check(backend.msgpackTape(), input), input);
  return openDocument(new Tape(new MsgpackFormat(resolved), input, words));
}

function withoutExtensions(options: ResolvedOptions): MsgpackOptions {
  return { ...options, extensions: [] };
}

/** The words of the tape; a host has no array for those of the very largest inputs. */
function wordsOf(size: number, input: Uint8Array): Uint32Array {
  try {
    return ownWords(size);
  } catch {
    throw new LanewiseError('LW_SIZE', input.length);
  }
}
