/** What comes out of a stream that is given these chunks and then ended; rejects with its error. */
export async function through<T>(stream: TransformStream<T, T>, chunks: readonly T[]): Promise<T[]> {
  const writer = stream.writable.getWriter();
  const writing = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  writing.catch(() => {});
  const out: T[] = [];
  const reader = stream.readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) out.push(next.value);
  await writing;
  return out;
}

/** All bytes that come out, one after the other. */
export async function bytesThrough(stream: TransformStream<Uint8Array, Uint8Array>, chunks: readonly Uint8Array[]): Promise<number[]> {
  return (await through(stream, chunks)).flatMap((part) => [...part]);
}
