import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import { type Dataplane, dataplane, UNSUPPORTED } from '../../dataplane.ts';
import { logOf } from '../access-log.ts';
import type { Settings } from '../config.ts';
import type { Running, Start } from '../running.ts';
import type { Stats } from '../stats.ts';
import type { GatewayLimits } from '../types.ts';
import { readCounters } from './counters.ts';
import { Joint, type NativeServe } from './joint.ts';
import { Counting, describe } from './routing.ts';

/** What an iteration does where. */
export interface Division {
  /** JavaScript is called for each request, or once a turn for all that it has brought. */
  readonly crosses: 'request' | 'turn';
  /** Who runs plans. */
  readonly plans: 'js' | 'native';
  /** Makes what answers the requests that cross, at the start and at each reload. */
  readonly build: (settings: Settings) => NativeServe;
}

/**
 * Serves through the native transport, nested in the loop of Node; through `other`, and says so, on a host that has none.
 */
export function native(division: Division, other: Start): Start {
  return async (settings, stats) => {
    const transport = dataplane();
    const running = transport === undefined ? undefined : await NativeServer.start(transport, settings, stats, division);
    if (running !== undefined) return running;
    process.stderr.write(`lanewise gateway: ${settings.iteration} has no native transport here; it serves through node:http\n`);
    return other(settings, stats);
  };
}

/** Only Node has a loop that a descriptor can be nested in: elsewhere the plane has a thread. */
const canNest = process.versions.bun === undefined && !('Deno' in globalThis);
/** How long after the grace the end of the planes is waited for. */
const END_MS = 1000;

class NativeServer implements Running {
  readonly transport: string;
  readonly url: string;
  readonly group: number;
  readonly #native: Dataplane;
  readonly #joint: Joint;
  readonly #counting: Counting;
  readonly #division: Division;
  /** Those that wait for the routes of a generation to serve. */
  readonly #reloads = new Map<number, () => void>();

  private constructor(native: Dataplane, joint: Joint, counting: Counting, division: Division, io: Settings['io']) {
    this.transport = io === 'uring' ? 'io_uring' : 'epoll';
    this.group = native.gatewayGroup(joint.handle);
    this.#native = native;
    this.#joint = joint;
    this.#counting = counting;
    this.#division = division;
    joint.onReloaded = (generation) => {
      this.#reloads.get(generation)?.();
      this.#reloads.delete(generation);
    };
    this.url = `http://${native.gatewayAddress(joint.handle)}`;
  }

  /** Undefined where the host cannot nest a descriptor. */
  static async start(native: Dataplane, settings: Settings, stats: Stats, division: Division): Promise<NativeServer | undefined> {
    const { host, port, limits, routes, threads, io, log, share } = settings;
    const counting = new Counting(routes.length);
    const serve = division.build(settings);
    const options = {
      address: await resolve(host, port),
      isShared: share !== undefined,
      group: share?.group ?? 0,
      // One thread for everything needs no other.
      threads: threads === 1 && canNest ? 0 : threads,
      isUring: io === 'uring',
      isEach: division.crosses === 'request',
      runsPlans: division.plans === 'native',
      logs: log !== false,
      limits: numbers(limits),
      routes: describe(routes, counting),
      counters: counting.size,
    };
    const handle = native.gatewayOpen(options, (arena) => joint.deliver(arena));
    if (handle === UNSUPPORTED) return undefined;
    if (handle < 0) throw systemError(handle, host, port, io);
    const joint = new Joint(native, handle, { limits, stats, log: logOf(settings, stats) }, serve);
    stats.watch(() => readCounters(native.gatewayCounters(handle), (counter) => counting.nameOf(counter)));
    return new NativeServer(native, joint, counting, division, io);
  }

  async reload(settings: Settings): Promise<void> {
    const { limits, routes } = settings;
    const serve = this.#division.build(settings);
    const { handle, service } = this.#joint;
    const described = describe(routes, this.#counting);
    const generation = this.#native.gatewayReload(handle, numbers(limits), described, this.#counting.size);
    this.#joint.setServe(generation, serve);
    this.#joint.service = { ...service, limits };
    await new Promise<void>((resolve) => this.#reloads.set(generation, resolve));
  }

  async close(graceMs: number): Promise<void> {
    const drained = new Promise<void>((resolve) => {
      this.#joint.onDrained = resolve;
    });
    this.#native.gatewayDrain(this.#joint.handle, graceMs);
    await Promise.race([drained, sleep(graceMs + END_MS, undefined, { ref: false })]);
    this.#joint.service.stats.freeze();
    for (const resolve of this.#reloads.values()) resolve();
    this.#native.gatewayClose(this.#joint.handle);
    this.#joint.close();
  }
}

/** In the order that the addon takes them in. */
function numbers(limits: GatewayLimits): number[] {
  const { headBytes, headers, bodyBytes, bodyBytesPerSecond, connections, headMs, bodyMs, idleMs, writeMs, handlerMs } = limits;
  return [headBytes, headers, bodyBytes, bodyBytesPerSecond, connections, headMs, bodyMs, idleMs, writeMs, handlerMs];
}

async function resolve(host: string, port: number): Promise<string> {
  const { address, family } = isIP(host) === 0 ? await lookup(host) : { address: host, family: isIP(host) };
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

function systemError(number: number, host: string, port: number, io: Settings['io']): NodeJS.ErrnoException {
  const code = getSystemErrorName(number);
  if (io === 'uring' && code === 'ENOSYS') {
    const why = 'gateway: this system has no io_uring that can be used, or forbids it; epoll is there';
    return Object.assign(new Error(why), { code, errno: number, syscall: 'io_uring_setup' });
  }
  const what = code === 'EADDRINUSE' ? `port ${port} on ${host} is in use` : `listen ${code}: ${host}:${port}`;
  return Object.assign(new Error(what), { code, errno: number, syscall: 'listen' });
}
