import { createReadStream, fstatSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** Standard input among the file names. */
const STANDARD_INPUT = '-';

/** What a message calls `file`. */
export function nameOf(file: string): string {
  return file === STANDARD_INPUT ? '(standard input)' : file;
}

/** How much of a file is read at once: enough that what a chunk costs does not count. */
const CHUNK_SIZE = 1 << 20;

/** A file, or standard input, piece by piece. */
export interface Input {
  /** In bytes, where that is known. */
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Opens a file, or standard input, of any size. */
export async function openInput(file: string): Promise<Input> {
  if (file === STANDARD_INPUT) refuseDirectory();
  const { size } = file === STANDARD_INPUT ? fstatSync(0) : await stat(file);
  const chunks = file === STANDARD_INPUT ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_SIZE });
  // Pipes and devices have none.
  return { size: size > 0 ? size : undefined, chunks };
}

/** Node reads a directory that is standard input as nothing. */
function refuseDirectory(): void {
  if (fstatSync(0).isDirectory()) {
    throw Object.assign(new Error('EISDIR: illegal operation on a directory, read'), { code: 'EISDIR' });
  }
}

/** The whole of a file, or of standard input. */
export async function readInput(file: string): Promise<Buffer> {
  if (file !== STANDARD_INPUT) return readFile(file);
  refuseDirectory();
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
