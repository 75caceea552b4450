import { parentPort, workerData } from 'node:worker_threads';
import '../../entry/node/install.ts';
import { Matcher } from '../../text.ts';
import { type BatchResult, searchBatch } from './batch.ts';
import { FileSearch } from './file-search.ts';
import type { Answer, Job, Setup } from './pool.ts';

/*
 * A thread of `lanewise match`: it searches the batches that it is sent, and sends back what to print.
 */

const { query, matcher } = workerData as Setup;
const search = new FileSearch(query, Matcher.load(matcher));

parentPort?.on('message', ({ index, files }: Job) => {
  const result = searchBatch(search, files);
  const answer: Answer = { index, result };
  parentPort?.postMessage(answer, memoryOf(result));
});

/** It changes hands without a copy. */
function memoryOf({ parts }: BatchResult): ArrayBuffer[] {
  return parts.flatMap((part) => (part instanceof Uint8Array ? [part.buffer] : []));
}
