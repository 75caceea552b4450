/** node:http with nothing on top, in the way that costs it least: lengths known, one write a reply. */
import { createServer } from 'node:http';
import { Packr } from 'msgpackr';
import { announce, HELLO } from './service.mjs';

const packr = new Packr({ useRecords: false });

const server = createServer((request, response) => {
  if (request.method === 'POST') return readBody(request, (body) => echo(request, response, body));
  if (request.url === '/async') return asynchronous(response);
  return sendJson(response, JSON.stringify(HELLO()));
});
// As in the gateway: a connection may rest for a minute.
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => announce(/** @type {import('node:net').AddressInfo} */ (server.address()).port));

/** @param {import('node:http').ServerResponse} response */
async function asynchronous(response) {
  await null;
  sendJson(response, JSON.stringify(HELLO()));
}

/** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response @param {Buffer} body */
function echo(request, response, body) {
  let value;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return response.writeHead(400, { 'Content-Length': 0 }).end();
  }
  if (request.headers.accept !== 'application/msgpack') return sendJson(response, JSON.stringify(value));
  const bytes = packr.pack(value);
  return response.writeHead(200, { 'Content-Type': 'application/msgpack', 'Content-Length': bytes.length }).end(bytes);
}

/** @param {import('node:http').ServerResponse} response @param {string} text */
function sendJson(response, text) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }).end(text);
}

/** @param {import('node:http').IncomingMessage} request @param {(body: Buffer) => void} done */
function readBody(request, done) {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => done(chunks.length === 1 ? /** @type {Buffer} */ (chunks[0]) : Buffer.concat(chunks)));
}
