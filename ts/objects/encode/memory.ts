/*
 * Memory for messages. Small ones lie in chunks, each in a part of its own: to make an ArrayBuffer takes longer than to write a message.
 */

/** Large enough that its making is little to the messages in it, small enough to be kept alive by one of them. */
const CHUNK_SIZE = 16 * 1024;

/** Bytes, and the view of the same bytes that writes words. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Memory for several small messages, or texts. */
export function takeChunk(size: number = CHUNK_SIZE): Memory {
  const memory = toMemory(new Uint8Array(size));
  protect?.(memory.bytes.buffer);
  return memory;
}

/** undefined when the host has no such amount. */
export function takeMemory(size: number): Memory | undefined {
  try {
    return toMemory(new Uint8Array(size));
  } catch {
    return undefined;
  }
}

function toMemory(bytes: Uint8Array): Memory {
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Node's way to say that a buffer cannot be transferred, by which it protects the pool of its Buffers. */
const protect = findProtection();

/** Whether messages may share memory: elsewhere the transfer of one to another thread would take the others with it. */
export const canShare = protect !== undefined;

function findProtection(): ((buffer: ArrayBufferLike) => void) | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  try {
    const threads = host?.getBuiltinModule?.('node:worker_threads') as { markAsUntransferable?: unknown } | undefined;
    return typeof threads?.markAsUntransferable === 'function'
      ? (threads.markAsUntransferable as (buffer: ArrayBufferLike) => void)
      : undefined;
  } catch {
    return undefined;
  }
}
