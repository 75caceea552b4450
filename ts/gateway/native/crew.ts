import { Worker } from 'node:worker_threads';
import type { Settings } from '../config.ts';
import type { Running, Start } from '../running.ts';
import type { Stats } from '../stats.ts';
import type { GatewayConfig } from '../types.ts';

/** Where the routes of a worker come from: functions cannot be sent to another thread, a file can be read there. */
export type Source = { readonly file: string } | { readonly config: GatewayConfig };

/** What a worker is started with. */
export interface Assignment {
  readonly source: Source;
  /** What goes before what the source says. */
  readonly overrides: GatewayConfig;
  readonly group: number;
}

/** What a worker is told, and what it answers when that is done. */
export type Order = { readonly reload: Omit<Assignment, 'group'> } | { readonly close: number };
export type Answer = { readonly error?: unknown };

const WORKER = new URL('./gateway-worker.js', import.meta.url);

/**
 * Serves by `start` on this thread and on `jsWorkers - 1` more, each with a loop of its own; the system shares the connections among them.
 *
 * @param file where the config was read from
 * @throws {TypeError} for handlers that no other thread can have
 */
export async function startCrew(start: Start, settings: Settings, stats: Stats, file: string | undefined): Promise<Running> {
  const source = sourceOf(settings, file);
  const first = await start({ ...settings, share: { group: 0 } }, stats);
  const crew = new Crew(first, settings, file);
  try {
    await crew.start(source);
  } catch (error) {
    await crew.close(0);
    throw error;
  }
  return crew;
}

class Crew implements Running {
  readonly url: string;
  readonly transport: string;
  readonly #first: Running;
  readonly #settings: Settings;
  readonly #file: string | undefined;
  #members: Member[] = [];

  constructor(first: Running, settings: Settings, file: string | undefined) {
    this.url = first.url;
    this.transport = first.transport;
    this.#first = first;
    this.#settings = settings;
    this.#file = file;
  }

  async start(source: Source): Promise<void> {
    const assignment = { source, overrides: this.#overrides(this.#settings), group: this.#first.group ?? 0 };
    this.#members = Array.from({ length: this.#settings.jsWorkers - 1 }, () => new Member(assignment));
    await Promise.all(this.#members.map((member) => member.ready));
  }

  async reload(settings: Settings): Promise<void> {
    const order = { reload: { source: sourceOf(settings, this.#file), overrides: this.#overrides(settings) } };
    await Promise.all([this.#first.reload(settings), ...this.#members.map((member) => member.tell(order))]);
  }

  async close(graceMs: number): Promise<void> {
    const members = this.#members.map((member) => member.close(graceMs));
    // Last, since its end is the end of all counters.
    await Promise.all(members);
    await this.#first.close(graceMs);
  }

  #overrides(settings: Settings): GatewayConfig {
    const { host, iteration, threads, io, log, limits } = settings;
    return { listen: { host, port: Number(new URL(this.url).port) }, iteration, threads, jsWorkers: 1, io, log, limits };
  }
}

/** One worker, which is told one thing after the other. */
class Member {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  #isClosing = false;
  #last: Promise<void>;

  constructor(assignment: Assignment) {
    this.#worker = new Worker(WORKER, { workerData: assignment });
    this.ready = this.#answer();
    this.#last = this.ready;
    // A worker that ends by itself has met an error that nobody caught: what would end the process without workers, ends it with them.
    this.#worker.on('error', (error) => {
      if (!this.#isClosing) throw error;
    });
  }

  tell(order: Order): Promise<void> {
    this.#last = this.#last.then(() => {
      const answer = this.#answer();
      this.#worker.postMessage(order);
      return answer;
    });
    return this.#last;
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    await this.tell({ close: graceMs }).catch(() => {});
    await this.#worker.terminate();
  }

  #answer(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        this.#worker.removeListener('message', onMessage).removeListener('exit', onExit);
        done();
      };
      const onMessage = ({ error }: Answer) => settle(() => (error === undefined ? resolve() : reject(error)));
      const onExit = () => settle(() => reject(new Error('a worker of the gateway has ended')));
      this.#worker.on('message', onMessage).on('exit', onExit);
    });
  }
}

function sourceOf({ given, routes }: Settings, file: string | undefined): Source {
  if (file !== undefined) return { file };
  if (routes.some(({ plan }) => plan.kind === 'handler'))
    throw new TypeError('gateway config: jsWorkers: handlers go to other threads by a config file alone (lanewise gateway --config FILE)');
  return { config: { routes: given } };
}
