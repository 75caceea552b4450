import { canShare, takeChunk } from './objects/encode/memory.ts';
import { encodeText } from './objects/strings.ts';
import { FORM, formOf } from './units.ts';

const host = globalThis.Buffer as BufferConstructor | undefined;
/** Memory for several short texts: as much as the host takes for its small Buffers (8 KiB in Node 20, 64 KiB in Node 26), or more. */
const CHUNK_SIZE = Math.max(1 << 14, host?.poolSize ?? 0);
/** Bytes that a unit takes at most. */
const UNIT_MAX = 3;
/** Up to so many units text is written into such memory, so that little of it is left unused. */
const SHARED_MAX = 256;
/** Up to so many, and of one byte a unit always, the host's Buffers, which share memory as well where they are small, are made faster than what a TextEncoder gives. */
const BUFFER_MAX = 1 << 13;
/** Texts start at multiples of this, as memory from an allocator does. */
const ALIGNMENT = 8;

const encoder = new TextEncoder();
let chunk: Uint8Array<ArrayBuffer> = new Uint8Array(0);
let used = 0;

/** The UTF-8 of `text` as the host makes it fastest. A short one shares its memory with others: to make an ArrayBuffer takes longer than to write. */
export function encodeByHost(text: string): Uint8Array<ArrayBuffer> {
  if (!canShare || host === undefined || (text.length > BUFFER_MAX && formOf(text) === FORM.utf16)) return encoder.encode(text);
  if (text.length > SHARED_MAX) {
    const { buffer, byteOffset, length } = host.from(text) as Buffer<ArrayBuffer>;
    return new Uint8Array(buffer, byteOffset, length);
  }
  if (chunk.length - used < UNIT_MAX * text.length) {
    chunk = takeChunk(CHUNK_SIZE).bytes as Uint8Array<ArrayBuffer>;
    used = 0;
  }
  const end = encodeText(text, chunk, used);
  const bytes = new Uint8Array(chunk.buffer, used, end - used);
  used = (end + ALIGNMENT - 1) & -ALIGNMENT;
  return bytes;
}
