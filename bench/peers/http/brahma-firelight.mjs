/** brahma-firelight: a server in Rust (tokio) as an addon of Node, whose handlers are JavaScript. */
import brahma from 'brahma-firelight';
import { announce, freePort, HELLO } from './service.mjs';

const app = brahma.createApp();
app.get('/echo', (_, response) => response.json(HELLO()));
app.get('/sync', (_, response) => response.json(HELLO()));
app.get('/async', async (_, response) => {
  await null;
  response.json(HELLO());
});
app.post('/echo', (request, response) => {
  let value;
  try {
    value = JSON.parse(request.body);
  } catch {
    return response.text('', 400);
  }
  return response.json(value);
});
// 0 would be taken for no port.
const port = await freePort();
app.listen('127.0.0.1', port, () => announce(port));
