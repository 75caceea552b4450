/** What the servers in JavaScript have in common. */
import { createServer } from 'node:net';

/** What a handler answers to a GET: an object made for each request, as a handler would. */
export const HELLO = () => ({ message: 'hello' });

/** Tells the benchmark where the server is. @param {number} port */
export function announce(port) {
  process.stdout.write(`listening on http://127.0.0.1:${port}\n`);
}

/** For servers that cannot take any free port themselves: one that was free a moment ago. @returns {Promise<number>} */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
