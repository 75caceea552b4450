import { canShare, takeChunk } from './objects/encode/memory.ts';
import { encodeText } from './objects/strings.ts';

/** Memory for several short texts: as much as the host takes for its small Buffers (8 KiB in Node 20, 64 KiB in Node 26), or more. */
const CHUNK_SIZE = Math.max(1 << 14, (globalThis.Buffer as BufferConstructor | undefined)?.poolSize ?? 0);
/** Bytes that a unit takes at most. */
const UNIT_MAX = 3;
/** Up to so many units text is written into such memory, so that a quarter of it at most is left unused. */
const SHARED_MAX = Math.trunc(CHUNK_SIZE / 4 / UNIT_MAX);
/** Texts start at multiples of this, as memory from an allocator does. */
const ALIGNMENT = 8;

const encoder = new TextEncoder();
let chunk: Uint8Array<ArrayBuffer> = new Uint8Array(0);
let used = 0;

/** The UTF-8 of `text` as the host makes it fastest. A short one shares its memory with others: to make an ArrayBuffer takes longer than to write. */
export function encodeByHost(text: string): Uint8Array<ArrayBuffer> {
  if (!canShare || text.length > SHARED_MAX) return encoder.encode(text);
  if (chunk.length - used < UNIT_MAX * text.length) {
    chunk = takeChunk(CHUNK_SIZE).bytes as Uint8Array<ArrayBuffer>;
    used = 0;
  }
  const end = encodeText(text, chunk, used);
  const bytes = new Uint8Array(chunk.buffer, used, end - used);
  used = (end + ALIGNMENT - 1) & -ALIGNMENT;
  return bytes;
}
