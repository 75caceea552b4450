import { explain } from '../failure.ts';
import { nameOf } from '../files.ts';
import type { FileSearch } from './file-search.ts';
import type { FoundFile } from './walk.ts';

/** How much one batch may print before the rest of its files is left to the thread that writes. */
const PRINTED_MAX = 8 << 20;

/** What is to be printed, or a file that is searched when its turn to be printed has come. */
export type Part = Uint8Array<ArrayBuffer> | FoundFile;

/** What a thread found in some files; it can be sent to another thread. */
export interface BatchResult {
  readonly parts: Part[];
  readonly complaints: string[];
  readonly isFound: boolean;
}

/** Searches files one after the other. */
export function searchBatch(search: FileSearch, files: readonly FoundFile[]): BatchResult {
  const parts: Part[] = [];
  const complaints: string[] = [];
  let isFound = false;
  let printed = 0;
  const turnPage = () => {
    printed += search.page.size;
    if (search.page.size > 0) parts.push(search.page.take());
  };
  for (const file of files) {
    try {
      const isSmall = file.path !== '-' && printed + search.page.size < PRINTED_MAX;
      const isSelected = isSmall ? search.small(file) : undefined;
      if (isSelected === true) isFound = true;
      if (isSelected !== undefined) continue;
      turnPage();
      parts.push(file);
    } catch (error) {
      complaints.push(complaint(error, file.path));
    }
  }
  turnPage();
  return { parts, complaints, isFound };
}

/** What the user is told of a file that could not be searched. */
export function complaint(error: unknown, path: string): string {
  return explain(error, nameOf(path)).message;
}
