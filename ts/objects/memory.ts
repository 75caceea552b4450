/**
 * Small messages lie in chunks, each message in a part of its own: to make an ArrayBuffer takes longer than to write a message. Of Node's
 * Buffers this is the most that comes from their pool, which no transfer to another thread can take away.
 */
const CHUNK_SIZE = 4088;

/** Bytes, and the view of the same bytes that writes words. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Memory for several small messages. Its bytes are anything. */
export function takeChunk(): Memory {
  const buffer = (globalThis as { Buffer?: { allocUnsafe?: (size: number) => Uint8Array } }).Buffer;
  const pooled = typeof buffer?.allocUnsafe === 'function' ? buffer.allocUnsafe(CHUNK_SIZE) : new Uint8Array(CHUNK_SIZE);
  return toMemory(pooled);
}

/** undefined when the host has no such amount. */
export function takeMemory(size: number): Memory | undefined {
  try {
    return toMemory(new Uint8Array(size));
  } catch {
    return undefined;
  }
}

/** A plain Uint8Array also where the host's is of a class of its own. */
function toMemory({ buffer, byteOffset, length }: Uint8Array): Memory {
  return { bytes: new Uint8Array(buffer, byteOffset, length), view: new DataView(buffer, byteOffset, length) };
}
