import { parentPort, workerData } from 'node:worker_threads';
import '../../entry/node/install.ts';
import { readConfigFile } from '../config-file.ts';
import { serveShare } from '../gateway.ts';
import type { GatewayConfig } from '../types.ts';
import type { Answer, Assignment, Order } from './crew.ts';

/*
 * A thread of a gateway with several threads of JavaScript: it serves a share of the connections until it is told to close.
 */

const assignment = workerData as Assignment;

async function configOf({ source, overrides }: Omit<Assignment, 'group'>): Promise<GatewayConfig> {
  return { ...('file' in source ? await readConfigFile(source.file) : source.config), ...overrides };
}

async function answer(work: () => Promise<unknown>): Promise<void> {
  let message: Answer = {};
  try {
    await work();
  } catch (error) {
    message = { error };
  }
  parentPort?.postMessage(message);
}

const serving = configOf(assignment).then((config) => serveShare(config, assignment.group));
await answer(() => serving);

parentPort?.on('message', (order: Order) =>
  answer(async () => {
    const gateway = await serving;
    if ('close' in order) await gateway.close({ graceMs: order.close });
    else await gateway.reload(await configOf(order.reload));
  }),
);
