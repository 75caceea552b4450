import { prepare } from './backend/frame.ts';
import { Decoder } from './objects/decode/decoder.ts';
import { type MsgpackOptions, type ResolvedOptions, resolveOptions } from './objects/options.ts';

/*
 * What the calls on MessagePack have in common: how the engine is told what to check, and the decoders that they share.
 */

/** Flags of the calls that check: `crates/lanewise-binding/src/codecs.rs`. */
const STRING_KEYS = 1;
const INVALID_UTF8 = 2;

const decoder = new Decoder();
/** Decoders by their options, so that a call finds what the calls before it have learnt. */
const decoders = new Map<string, Decoder>();
const DECODERS_MAX = 16;

/** Puts a call that checks `input` with these options. What keys and strings come to that become something else, only the decoder knows. */
export function prepareCheck(input: Uint8Array, { depthMax, nonStringKeys, invalidUtf8 }: ResolvedOptions): void {
  prepare(input, depthMax, (nonStringKeys === 'error' ? STRING_KEYS : 0) | (invalidUtf8 === 'error' ? 0 : INVALID_UTF8));
}

/** A Decoder with these options; a new one when there are extensions, which are the caller's own. */
export function decoderOf(options?: MsgpackOptions): Decoder {
  if (options === undefined) return decoder;
  const resolved = resolveOptions(options);
  if (resolved.extensions.length > 0) return new Decoder(resolved);
  const { int64, invalidUtf8, nonStringKeys, depthMax } = resolved;
  const key = `${int64} ${invalidUtf8} ${nonStringKeys} ${depthMax}`;
  const known = decoders.get(key);
  if (known !== undefined) return known;
  const made = new Decoder(resolved);
  if (decoders.size < DECODERS_MAX) decoders.set(key, made);
  return made;
}
