import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { type Dataplane, dataplane, UNSUPPORTED } from '../../dataplane.ts';
import type { Serve } from '../compiled.ts';
import type { Settings } from '../config.ts';
import type { Running, Start } from '../running.ts';
import type { Stats } from '../stats.ts';
import type { GatewayLimits } from '../types.ts';
import { Joint } from './joint.ts';

/** How an iteration crosses the border. */
export interface Crossing {
  /** For each request, or once a turn for all that it has brought. */
  readonly per: 'request' | 'turn';
}

/**
 * Serves through the native transport, nested in the loop of Node; through `other`, and says so, on a host that has none.
 *
 * @param build makes what answers, at the start and at each reload
 */
export function native(build: (settings: Settings) => Serve, crossing: Crossing, other: Start): Start {
  return async (settings, stats) => {
    const transport = dataplane();
    const running = transport === undefined ? undefined : await NativeServer.start(transport, settings, stats, build, crossing);
    if (running !== undefined) return running;
    process.stderr.write(`lanewise gateway: ${settings.iteration} has no native transport here; it serves through node:http\n`);
    return other(settings, stats);
  };
}

class NativeServer implements Running {
  readonly url: string;
  readonly #native: Dataplane;
  readonly #joint: Joint;
  readonly #build: (settings: Settings) => Serve;

  private constructor(native: Dataplane, joint: Joint, build: (settings: Settings) => Serve) {
    this.#native = native;
    this.#joint = joint;
    this.#build = build;
    this.url = `http://${native.gatewayAddress(joint.handle)}`;
  }

  /** Undefined where the host cannot nest a descriptor. */
  static async start(
    native: Dataplane,
    settings: Settings,
    stats: Stats,
    build: (settings: Settings) => Serve,
    { per }: Crossing,
  ): Promise<NativeServer | undefined> {
    const { host, port, limits } = settings;
    const address = await resolve(host, port);
    const handle = native.gatewayOpen(address, false, per === 'request', numbers(limits), (arena) => joint.deliver(arena));
    if (handle === UNSUPPORTED) return undefined;
    if (handle < 0) throw systemError(handle, host, port);
    const joint = new Joint(native, handle, { limits, stats }, build(settings));
    return new NativeServer(native, joint, build);
  }

  async reload(settings: Settings): Promise<void> {
    const serve = this.#build(settings);
    const { limits } = settings;
    this.#native.gatewayReload(this.#joint.handle, numbers(limits));
    this.#joint.service = { limits, stats: this.#joint.service.stats };
    this.#joint.serve = serve;
  }

  async close(graceMs: number): Promise<void> {
    const drained = new Promise<void>((resolve) => {
      this.#joint.onDrained = resolve;
    });
    this.#native.gatewayDrain(this.#joint.handle, graceMs);
    await drained;
    this.#native.gatewayClose(this.#joint.handle);
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

function systemError(number: number, host: string, port: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(number);
  const what = code === 'EADDRINUSE' ? `port ${port} on ${host} is in use` : `listen ${code}: ${host}:${port}`;
  return Object.assign(new Error(what), { code, errno: number, syscall: 'listen' });
}
