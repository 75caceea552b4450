/** All bytes that come out of the stream, one after the other; rejects with its error. */
export async function bytesThrough(stream: TransformStream<Uint8Array, Uint8Array>, chunks: readonly Uint8Array[]): Promise<number[]> {
  const writer = stream.writable.getWriter();
  const writing = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  writing.catch(() => {});
  const out: number[] = [];
  const reader = stream.readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) out.push(...next.value);
  return out;
}
