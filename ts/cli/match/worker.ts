import { parentPort, workerData } from 'node:worker_threads';
import '../../entry/node/install.ts';
import { type BatchResult, searchBatch } from './batch.ts';
import { FileSearch } from './file-search.ts';
import type { Answer, Job } from './pool.ts';
import type { Query } from './query.ts';

/*
 * A thread of `lanewise match`: it searches the batches that it is sent, and sends back what to print.
 */

const search = new FileSearch(workerData as Query);

parentPort?.on('message', ({ index, files }: Job) => {
  const result = searchBatch(search, files);
  const answer: Answer = { index, result };
  parentPort?.postMessage(answer, memoryOf(result));
});

/** It changes hands without a copy. */
function memoryOf({ parts }: BatchResult): ArrayBuffer[] {
  return parts.flatMap((part) => (part instanceof Uint8Array ? [part.buffer] : []));
}
