/** Bun.serve; run by Bun. What always is the same is a static route, which Bun answers without JavaScript. */
import { Packr } from 'msgpackr';
import { announce, HELLO } from './service.mjs';

const packr = new Packr({ useRecords: false });
const MSGPACK = { headers: { 'Content-Type': 'application/msgpack' } };

const server = /** @type {any} */ (globalThis).Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 60,
  routes: {
    '/echo': { GET: Response.json(HELLO()), POST: echo },
    '/sync': () => Response.json(HELLO()),
    '/async': async () => {
      await null;
      return Response.json(HELLO());
    },
  },
});
announce(server.port);

/** @param {Request} request */
async function echo(request) {
  let value;
  try {
    value = await request.json();
  } catch {
    return new Response(null, { status: 400 });
  }
  return request.headers.get('accept') === 'application/msgpack' ? new Response(packr.pack(value), MSGPACK) : Response.json(value);
}
