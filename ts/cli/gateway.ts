import { describeConfig } from '../gateway/config.ts';
import { findConfigFile, readConfigFile } from '../gateway/config-file.ts';
import { type Gateway, type GatewayConfig, type Iteration, serve } from '../gateway/index.ts';
import { runtime } from '../runtime.ts';
import { CommandFailure, explain, INVALID, TROUBLE } from './failure.ts';
import { outliveReaders, printLine } from './output.ts';

/** What the command line says goes before what the file says. */
export interface GatewayOptions {
  readonly iteration?: Iteration;
  readonly host?: string;
  readonly port?: number;
  /** A file; false for none. */
  readonly config?: string | false;
  readonly threads?: number;
  readonly jsWorkers?: number;
  readonly io?: GatewayConfig['io'];
  readonly log?: boolean | 'json' | 'pretty';
  readonly printConfig?: boolean;
}

/** A signal that comes twice within this time came once: a terminal and `npm` both pass Ctrl-C on. */
const SAME_SIGNAL_MS = 50;
/** How long nothing is said of a drain. */
const PATIENCE_MS = 500;
const KIB = 1 << 10;
const MIB = 1 << 20;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs until a signal has come and the gateway has drained; a second signal ends the process at once. SIGHUP reads the config again. */
export async function gateway(options: GatewayOptions): Promise<void> {
  const file = configFile(options);
  if (options.printConfig) {
    await printConfig(file, options);
    return;
  }
  const running = await start(file, options);
  outliveReaders();
  const signal = firstSignal();
  if (file !== undefined) onHangUp(() => reload(running, file, options));
  await say(startLine(running));
  const name = await signal;
  const patience = setTimeout(() => say(`${name}: waiting for requests under way; another ${name} ends at once`), PATIENCE_MS);
  await running.close();
  clearTimeout(patience);
  await say(`${name}: closed after ${running.stats().requests} requests`);
  // Whatever the handlers of the config have left open must not keep the process.
  process.exit();
}

async function printConfig(file: string | undefined, options: GatewayOptions): Promise<void> {
  const config = await readConfig(file, options);
  try {
    await printLine(JSON.stringify(describeConfig(config), null, 2));
  } catch (error) {
    throw wrongUsage(error, file);
  }
}

/** Nobody may be listening any more. */
function say(text: string): Promise<void> {
  return printLine(text).catch(() => {});
}

function startLine({ url, iteration, transport, threads, limits }: Gateway): string {
  const { backend, isa } = runtime();
  const served = `${iteration} over ${transport}, ${threads} thread${threads === 1 ? '' : 's'}, ${backend} ${isa}`;
  return `listening on ${url} (${served}; bodies up to ${sizeOf(limits.bodyBytes)}, ${limits.connections} connections)`;
}

function sizeOf(bytes: number): string {
  const unit = [MIB, KIB].find((size) => bytes % size === 0);
  return unit === undefined ? `${bytes} bytes` : `${bytes / unit} ${unit === MIB ? 'MiB' : 'KiB'}`;
}

async function start(file: string | undefined, options: GatewayOptions): Promise<Gateway> {
  const config = await readConfig(file, options);
  try {
    return await serve(config, file === undefined ? {} : { file });
  } catch (error) {
    if (error instanceof TypeError) throw wrongUsage(error, file);
    throw new CommandFailure((error as Error).message, INVALID);
  }
}

/** Serves by the file as it is now; if it is wrong, everything stays as it was. */
async function reload(running: Gateway, file: string, options: GatewayOptions): Promise<void> {
  try {
    await running.reload(await readConfig(file, options));
    await say(`SIGHUP: serving by ${file} as it is now`);
  } catch (error) {
    process.stderr.write(`lanewise: ${explain(error, file).message}; nothing has changed\n`);
  }
}

/** One reading at a time; what comes during one is answered by one more. */
function onHangUp(read: () => Promise<void>): void {
  let last = Promise.resolve();
  let isWaiting = false;
  process.on('SIGHUP', () => {
    if (isWaiting) return;
    isWaiting = true;
    last = last.then(() => {
      isWaiting = false;
      return read();
    });
  });
}

/** The file that is asked for, else the one of this folder, if there is one. */
function configFile({ config }: GatewayOptions): string | undefined {
  if (config === false) return undefined;
  try {
    return config ?? findConfigFile('.');
  } catch (error) {
    throw wrongUsage(error, undefined);
  }
}

async function readConfig(
  file: string | undefined,
  { iteration, host, port, threads, jsWorkers, io, log }: GatewayOptions,
): Promise<GatewayConfig> {
  const config = file === undefined ? {} : await readConfigFile(file).catch((error) => Promise.reject(wrongUsage(error, file)));
  // What is no object is left for the check to refuse.
  if (typeof (config.listen ?? {}) !== 'object' || config.listen === null || Array.isArray(config.listen)) return config;
  const listen = { ...config.listen, ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
  const said = Object.entries({ iteration, threads, jsWorkers, io, log }).filter(([, value]) => value !== undefined);
  return { ...config, listen, ...Object.fromEntries(said) };
}

function wrongUsage(error: unknown, file: string | undefined): CommandFailure {
  return new CommandFailure(explain(error, file).message, TROUBLE);
}

function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const [signal, exitCode] of Object.entries(SIGNALS)) {
      process.on(signal, () => {
        firstAt ??= performance.now();
        if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(exitCode);
        resolve(signal);
      });
    }
  });
}
