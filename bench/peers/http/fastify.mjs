/** Fastify, without schemas and without its log, as a first page of its documentation has it. */
import fastify from 'fastify';
import { announce, HELLO } from './service.mjs';

const app = fastify({ keepAliveTimeout: 60_000 });
app.get('/echo', () => HELLO());
app.get('/sync', () => HELLO());
app.get('/async', async () => {
  await null;
  return HELLO();
});
app.post('/echo', (request, reply) => reply.send(request.body));
announce(Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port));
