import { readConfigFile } from '../gateway/config-file.ts';
import { type Gateway, type GatewayConfig, type Iteration, serve } from '../gateway/index.ts';
import { runtime } from '../runtime.ts';
import { CommandFailure, explain, INVALID, TROUBLE } from './failure.ts';
import { outliveReaders, printLine } from './output.ts';

/** What the command line says goes before what the file says. */
export interface GatewayOptions {
  readonly iteration?: Iteration;
  readonly host?: string;
  readonly port?: number;
  readonly config?: string;
}

/** A signal that comes twice within this time came once: a terminal and `npm` both pass Ctrl-C on. */
const SAME_SIGNAL_MS = 50;
/** How long nothing is said of a drain. */
const PATIENCE_MS = 500;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs until a signal has come and the gateway has drained; a second signal ends the process at once. */
export async function gateway(options: GatewayOptions): Promise<void> {
  const running = await start(options);
  outliveReaders();
  const signal = firstSignal();
  const { backend, isa } = runtime();
  await say(`listening on ${running.url} (${running.iteration}, ${backend} ${isa})`);
  const name = await signal;
  const patience = setTimeout(() => say(`${name}: waiting for requests under way; another ${name} ends at once`), PATIENCE_MS);
  await running.close();
  clearTimeout(patience);
  await say(`${name}: closed after ${running.stats().requests} requests`);
  // Whatever the handlers of the config have left open must not keep the process.
  process.exit();
}

/** Nobody may be listening any more. */
function say(text: string): Promise<void> {
  return printLine(text).catch(() => {});
}

async function start(options: GatewayOptions): Promise<Gateway> {
  const config = await readConfig(options);
  try {
    return await serve(config);
  } catch (error) {
    if (error instanceof TypeError) throw wrongUsage(error, options.config);
    throw new CommandFailure((error as Error).message, INVALID);
  }
}

async function readConfig({ config: file, iteration, host, port }: GatewayOptions): Promise<GatewayConfig> {
  const config = file === undefined ? {} : await readConfigFile(file).catch((error) => Promise.reject(wrongUsage(error, file)));
  // What is no object is left for the check to refuse.
  if (typeof (config.listen ?? {}) !== 'object' || config.listen === null || Array.isArray(config.listen)) return config;
  const listen = { ...config.listen, ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
  return { ...config, listen, ...(iteration !== undefined && { iteration }) };
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
