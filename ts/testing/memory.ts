/** What Node, Bun and Deno tell of the memory of the process. */
interface HostProcess {
  memoryUsage?(): { heapUsed: number; external: number };
}

/** Bytes of a slot that holds a value. */
const SLOT = 8;

const host = (globalThis as { process?: HostProcess }).process;

/** Bytes in use: objects, and the memory of buffers. Always 0 where the host does not tell. */
export function memoryOf(): number {
  const usage = host?.memoryUsage?.();
  return usage === undefined ? 0 : usage.heapUsed + usage.external;
}

/** About how many bytes a value takes, as soon as they are more than `enough`. What is shared counts once; no depth overflows the stack. */
export function sizeOf(value: unknown, enough: number): number {
  const seen = new Set<object>();
  const rest: unknown[] = [value];
  let size = 0;
  while (rest.length > 0 && size <= enough) {
    const next = rest.pop();
    size += SLOT;
    if (typeof next === 'string') size += next.length;
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    size += ownSize(next);
    if (size <= enough) for (const part of partsOf(next)) rest.push(part);
  }
  return size;
}

/** Without what it holds. The length of an array counts, whether elements are there or not. */
function ownSize(value: object): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof ArrayBuffer) return value.byteLength;
  return Array.isArray(value) ? value.length * SLOT : SLOT;
}

function partsOf(value: object): Iterable<unknown> {
  if (ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...value].flat();
  return value instanceof Set ? value : Object.values(value);
}
