/** What a plan leaves to V8's collector once its server has come to rest, and what a handler allocates by itself. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CONNECTIONS } from './closed-loop.mjs';
import { Server } from './server.mjs';
import { load } from './wrk.mjs';

/**
 * V8 collects twice what loading a process has left, whatever the process does: 8 s after its start, or as many seconds later again while it finds
 * the process busy.
 */
const SETTLE_SECONDS = 30;
const LOOP = fileURLToPath(new URL('./handler-heap.mjs', import.meta.url));

/**
 * Collections of garbage within a time under load, of a server that has done nothing else since its start.
 *
 * @param {import('./server.mjs').Definition} definition @param {import('./items.mjs').Item} item @param {number} seconds
 * @returns {Promise<number | undefined>}
 */
export async function collectionsAtRest(definition, item, seconds) {
  const server = await Server.start(definition);
  try {
    await load(server.url, item, CONNECTIONS, SETTLE_SECONDS);
    await server.watchGarbage();
    await load(server.url, item, CONNECTIONS, seconds);
    return (await server.garbage())?.collections;
  } finally {
    await server.stop();
  }
}

/** Bytes of heap that a call of a measured handler allocates whoever calls it. @param {string} path of its route @returns {Promise<number>} */
export async function heapOfHandler(path) {
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, LOOP, path]);
  return Number(stdout);
}
