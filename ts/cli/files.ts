import { fstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Standard input among the file names. */
const STANDARD_INPUT = '-';

/** What a message calls `file`. */
export function nameOf(file: string): string {
  return file === STANDARD_INPUT ? '(standard input)' : file;
}

/** The whole of a file, or of standard input. */
export async function readInput(file: string): Promise<Buffer> {
  if (file !== STANDARD_INPUT) return readFile(file);
  // Node reads a directory as nothing.
  if (fstatSync(0).isDirectory()) throw Object.assign(new Error('EISDIR: illegal operation on a directory, read'), { code: 'EISDIR' });
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
