import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { msgpack } from 'lanewise';
import { Progress } from '../../ts/cli/progress.ts';
import { start } from './helpers.ts';

const home = mkdtempSync(join(tmpdir(), 'lanewise-conversions-'));
after(() => rmSync(home, { recursive: true }));

/** Says on standard error, when the process ends, how much memory it had at most, in KiB. */
const SAY_MEMORY = "--import=data:text/javascript,process.on('exit',()=>process.stderr.write(String(process.resourceUsage().maxRSS)))";
const COPIES = 210;
/** A quarter of the file, and what a process of Node has anyway. */
const MEMORY_MAX_KIB = 200 << 10;

/** Writes `part` so often, and gives the file. */
function repeated(name: string, part: Uint8Array): string {
  const file = join(home, name);
  const descriptor = openSync(file, 'w');
  for (let i = 0; i < COPIES; i++) writeSync(descriptor, part);
  closeSync(descriptor);
  return file;
}

/** How much a command writes, and how much memory it takes. */
async function measure(command: string, file: string): Promise<{ size: number; memory: number; code: number | null }> {
  const child = start(['msgpack', command, file], { env: { NODE_OPTIONS: SAY_MEMORY } });
  let size = 0;
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { size, memory: Number(said), code };
}

const RECORD = { time: '2026-01-01T00:00:00Z', level: 'info', message: 'all is well', values: [1, 2.5, true, null], user: { id: 7 } };
const LINE = `${JSON.stringify(RECORD)}\n`;
const RECORDS = Math.ceil((1 << 20) / LINE.length);

describe('a file of 200 MB', () => {
  it('is converted from NDJSON in little memory', async () => {
    const file = repeated('large.ndjson', Buffer.from(LINE.repeat(RECORDS)));
    const { size, memory, code } = await measure('from-ndjson', file);
    assert.deepEqual({ size, code }, { size: COPIES * RECORDS * msgpack.encode(RECORD).length, code: 0 });
    assert.ok(memory < MEMORY_MAX_KIB && memory > 0, `${memory} KiB for ${statSync(file).size} bytes`);
  });

  it('is converted to NDJSON in little memory', async () => {
    const file = repeated('large.msgpack', Buffer.concat(Array.from({ length: RECORDS }, () => msgpack.encode(RECORD))));
    const { size, memory, code } = await measure('to-ndjson', file);
    assert.deepEqual({ size, code }, { size: COPIES * RECORDS * LINE.length, code: 0 });
    assert.ok(memory < MEMORY_MAX_KIB && memory > 0, `${memory} KiB for ${statSync(file).size} bytes`);
  });

  it('ends quietly with its reader', async () => {
    const file = repeated('unread.ndjson', Buffer.from(LINE.repeat(RECORDS)));
    const child = start(['msgpack', 'from-ndjson', file]);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    assert.deepEqual({ said, code }, { said: '', code: 0 });
  });

  it('ends with a signal by that signal', async () => {
    const file = repeated('stopped.ndjson', Buffer.from(LINE.repeat(RECORDS)));
    const child = start(['msgpack', 'from-ndjson', file]);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const signal = await new Promise<string | null>((resolve) => child.on('exit', (_, name) => resolve(name)));
    assert.equal(signal, 'SIGINT');
  });
});

describe('Progress', () => {
  function shown(
    total: number | undefined,
    steps: readonly [number, number][],
    terminal: { isTTY?: boolean; columns?: number } = { isTTY: true },
  ): string[] {
    const written: string[] = [];
    let now = 0;
    const progress = new Progress({ ...terminal, write: (text) => written.push(text) }, total, () => now);
    for (const [ms, size] of steps) {
      now += ms;
      progress.add(size);
    }
    progress.end();
    return written;
  }

  it('says how much of a file is done, and how fast', () => {
    assert.deepEqual(shown(2_000_000_000, [[500, 1_000_000_000]]), [
      '\r\x1b[K[############............] 50%  1.0 GB of 2.0 GB  2.0 GB/s',
      '\r\x1b[K',
    ]);
    assert.deepEqual(shown(1000, [[1000, 2000]])[0], '\r\x1b[K[########################] 100%  2.0 kB of 1.0 kB  2.0 kB/s');
  });

  it('says how much is done where the end is not known', () => {
    assert.equal(shown(undefined, [[1000, 34_567_890]])[0], '\r\x1b[K34 MB  34 MB/s');
  });

  it('shows nothing of short work, and a line no more often than can be read', () => {
    assert.deepEqual(shown(100, [[200, 50]]), []);
    assert.equal(
      shown(
        100,
        Array.from({ length: 100 }, () => [10, 1]),
      ).length,
      9,
    );
  });

  it('shows nothing where there is no terminal, and no more than fits it', () => {
    assert.deepEqual(shown(100, [[1000, 50]], {}), []);
    assert.equal(shown(100, [[1000, 50]], { isTTY: true, columns: 11 })[0], '\r\x1b[K[#########');
  });
});
