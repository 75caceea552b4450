import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('dist/cli.js', import.meta.resolve('lanewise/package.json')));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Surroundings {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export function start(parameters: readonly string[], { env, cwd }: Surroundings = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [CLI, ...parameters], { env: { ...process.env, ...env }, cwd });
}

/** Runs `lanewise` to its end. */
export async function lanewise(parameters: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const child = start(parameters, surroundings);
  // A command that does not read its input may have ended before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(surroundings.input ?? '');
  const [stdout, stderr, code] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr: stderr.toString() };
}

async function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
