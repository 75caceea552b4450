import { checkConfig, type Settings } from './config.ts';
import { startV01 } from './iterations/v0-1.ts';
import { startV02 } from './iterations/v0-2.ts';
import { startV03 } from './iterations/v0-3.ts';
import { startV04 } from './iterations/v0-4.ts';
import { startV05 } from './iterations/v0-5.ts';
import { startV06 } from './iterations/v0-6.ts';
import { startCrew } from './native/crew.ts';
import type { Running, Start } from './running.ts';
import { Stats } from './stats.ts';
import type { Gateway, GatewayConfig, GatewayLimits, GatewayStats, Iteration } from './types.ts';

const STARTS: Readonly<Record<Iteration, Start>> = {
  'v0.1': startV01,
  'v0.2': startV02,
  'v0.3': startV03,
  'v0.4': startV04,
  'v0.5': startV05,
  'v0.6': startV06,
};

/** As long as a handler or a body may take by default: what is under way can end. */
const GRACE_MS = 30_000;

/**
 * Starts a gateway.
 *
 * @param options.file where `config` was read from: with `jsWorkers` the other threads read it there, since functions cannot be sent to them
 * @returns when it listens
 * @throws {TypeError} for a config that is wrong, naming the keys
 * @throws {Error} with the `code` of the system when it cannot listen, `EADDRINUSE` for a port in use; for v0.1 without Express
 */
export async function serve(config: GatewayConfig, { file }: { file?: string } = {}): Promise<Gateway> {
  const settings = checkConfig(config);
  const stats = new Stats();
  const start = STARTS[settings.iteration];
  const running = settings.jsWorkers > 1 ? await startCrew(start, settings, stats, file) : await start(settings, stats);
  return new RunningGateway(settings, stats, running);
}

/** Serves a share of the connections of a port, for a gateway whose counters are that group. */
export async function serveShare(config: GatewayConfig, group: number): Promise<Gateway> {
  const settings = { ...checkConfig(config), share: { group } };
  const stats = new Stats();
  return new RunningGateway(settings, stats, await STARTS[settings.iteration](settings, stats));
}

class RunningGateway implements Gateway {
  #settings: Settings;
  readonly #stats: Stats;
  readonly #running: Running;
  readonly url: string;
  readonly iteration: Iteration;
  readonly transport: string;
  readonly threads: number;
  #closed: Promise<void> | undefined;

  constructor(settings: Settings, stats: Stats, running: Running) {
    this.#settings = settings;
    this.#stats = stats;
    this.#running = running;
    this.url = running.url;
    this.iteration = settings.iteration;
    this.transport = running.transport;
    this.threads = settings.threads;
  }

  get limits(): GatewayLimits {
    return this.#settings.limits;
  }

  stats(): GatewayStats {
    return this.#stats.snapshot();
  }

  async reload(config: GatewayConfig): Promise<void> {
    const settings = checkConfig(config);
    const { listen, iteration, limits, threads, jsWorkers, io, log } = config;
    const { host, port, ...running } = this.#settings;
    const fixed = {
      'listen.host': [listen?.host, host],
      'listen.port': [listen?.port, port],
      iteration: [iteration, running.iteration],
      threads: [threads, running.threads],
      jsWorkers: [jsWorkers, running.jsWorkers],
      io: [io, running.io],
      log: [log === true ? 'json' : log, running.log],
      'limits.headBytes': [limits?.headBytes, running.limits.headBytes],
    };
    for (const [key, [wanted, is]] of Object.entries(fixed))
      if (wanted !== undefined && wanted !== is) throw new TypeError(`gateway config: ${key}: cannot change while the gateway runs`);
    await this.#running.reload(settings);
    this.#settings = settings;
  }

  close({ graceMs = GRACE_MS }: { graceMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#running.close(graceMs);
    return this.#closed;
  }
}
