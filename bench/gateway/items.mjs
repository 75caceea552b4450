/** What is asked of the servers, and how one sees that a server has done the work. */
import { isDeepStrictEqual } from 'node:util';
import { Unpackr } from 'msgpackr';
import { logObject } from '../data/logs.mjs';
import { jsonOfSize } from '../data/sized-json.mjs';

/**
 * @typedef {'get' | 'sync' | 'async' | 'post' | 'convert'} Work
 *
 * @typedef {object} Item
 * @property {Work} work
 * @property {string} name
 * @property {'GET' | 'POST'} method
 * @property {string} path
 * @property {Readonly<Record<string, string>>} headers
 * @property {string} body '' for none
 * @property {string} answerType media type of the reply
 * @property {unknown} answer the value that the reply holds
 */

const JSON_TYPE = 'application/json';
const MSGPACK_TYPE = 'application/msgpack';
const HELLO = { message: 'hello' };
const LOG_OBJECT = JSON.stringify(logObject());
const LOGS = jsonOfSize(64 << 10, { seed: 3 });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });

/** @type {readonly Item[]} */
export const ITEMS = [
  { ...get('/echo'), work: 'get', name: 'GET /echo, plan' },
  { ...get('/sync'), work: 'sync', name: 'GET, synchronous handler' },
  { ...get('/async'), work: 'async', name: 'GET, async handler' },
  { ...post(LOG_OBJECT, JSON_TYPE), work: 'post', name: 'POST /echo, 1 KB JSON' },
  { ...post(LOGS, MSGPACK_TYPE), work: 'convert', name: 'POST /echo, 64 KB JSON to MessagePack' },
];

/**
 * Asks as any client would. A body must hold the right value, whatever the order of members and the width of numbers are; where there is a
 * body to read, half of it must be refused, unless the server is one that reads no bodies.
 *
 * @param {import('./server.mjs').Server} server @param {Item} item
 * @throws {Error} when the reply is not the right one
 */
export async function assertAnswer({ name, url, readsBodies }, item) {
  const reply = await ask(url, item, item.body);
  const bytes = Buffer.from(await reply.arrayBuffer());
  const type = reply.headers.get('content-type') ?? '';
  const fail = (/** @type {string} */ what) =>
    new Error(`${name}, ${item.name}: ${what}: ${reply.status}, ${type}, ${bytes.subarray(0, 200)}`);
  if (reply.status !== 200 || !type.startsWith(item.answerType)) throw fail('not the reply that was expected');
  if (!isDeepStrictEqual(read(bytes, item.answerType), item.answer)) throw fail('not the value that was expected');
  if (item.body === '' || !readsBodies) return;
  const refusal = await ask(url, item, item.body.slice(0, item.body.length >> 1));
  await refusal.arrayBuffer();
  if (refusal.status !== 400) throw new Error(`${name}, ${item.name}: half of the body gets status ${refusal.status}, not 400`);
}

/** The request as its bytes, for generators that send bytes. @param {Item} item @param {string} url of the server @returns {Buffer} */
export function requestBytes({ method, path, headers, body }, url) {
  const length = body === '' ? [] : [['Content-Length', `${Buffer.byteLength(body)}`]];
  const fields = [['Host', new URL(url).host], ...Object.entries(headers), ...length].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${fields.join('')}\r\n${body}`);
}

/** @param {string} path */
function get(path) {
  return { method: /** @type {const} */ ('GET'), path, headers: {}, body: '', answerType: JSON_TYPE, answer: HELLO };
}

/** @param {string} body JSON @param {string} answerType */
function post(body, answerType) {
  const headers = { 'Content-Type': JSON_TYPE, ...(answerType === JSON_TYPE ? {} : { Accept: answerType }) };
  return { method: /** @type {const} */ ('POST'), path: '/echo', headers, body, answerType, answer: JSON.parse(body) };
}

/** @param {string} url @param {Item} item @param {string} body */
function ask(url, { method, path, headers }, body) {
  return fetch(new URL(path, url), { method, headers, ...(body === '' ? {} : { body }) });
}

/** @param {Buffer} bytes @param {string} type @returns {unknown} undefined for what cannot be read */
function read(bytes, type) {
  try {
    return type === MSGPACK_TYPE ? unpackr.unpack(bytes) : JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
