import * as msgpack from '../msgpack.ts';
import { openInput, readInput } from './files.ts';
import { Output, print, printLine } from './output.ts';
import { Progress } from './progress.ts';

export async function fromJson(file: string): Promise<void> {
  await print(msgpack.fromJson(await readInput(file)));
}

export async function toJson(file: string): Promise<void> {
  await printLine(msgpack.toJson(await readInput(file)));
}

export async function fromNdjson(file: string): Promise<void> {
  await convert(file, msgpack.fromNdjsonStream());
}

export async function toNdjson(file: string): Promise<void> {
  await convert(file, msgpack.toNdjsonStream());
}

/** Passes a file of any size through `stream` to standard output, what comes before an error too. */
async function convert(file: string, stream: TransformStream<Uint8Array, Uint8Array>): Promise<void> {
  const { size, chunks } = await openInput(file);
  // Output on the terminal is progress enough.
  const progress = new Progress(process.stdout.isTTY ? { write: () => {} } : process.stderr, size);
  const output = new Output();
  const stop = () => {
    progress.end();
    // Without this handler the signal does what it does.
    process.kill(process.pid, 'SIGINT');
  };
  process.once('SIGINT', stop);
  try {
    const writer = stream.writable.getWriter();
    const writing = write(chunks, writer, progress);
    // The error is that of reading, too; nobody may leave it unhandled until then.
    writing.catch(() => {});
    for await (const bytes of stream.readable) await output.write(bytes);
    await writing;
  } finally {
    process.removeListener('SIGINT', stop);
    progress.end();
    await output.end();
  }
}

async function write(
  chunks: AsyncIterable<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  progress: Progress,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      await writer.ready;
      await writer.write(chunk);
      progress.add(chunk.length);
    }
    await writer.close();
  } catch (error) {
    // A file that cannot be read any further.
    await writer.abort(error).catch(() => {});
    throw error;
  }
}
