/** What is asked of each server, and the one right answer. */
import { logObject } from '../data/logs.mjs';

/**
 * @typedef {object} Request
 * @property {string} name
 * @property {string} method
 * @property {string} path
 * @property {Readonly<Record<string, string>>} headers
 * @property {string} body '' for none
 * @property {string} answer the body of the reply, to the byte
 */

const LOG_OBJECT = JSON.stringify(logObject());

/** @type {readonly Request[]} */
export const REQUESTS = [
  { name: 'GET /echo', method: 'GET', path: '/echo', headers: {}, body: '', answer: '{"message":"hello"}' },
  {
    name: 'POST /echo, 1 KB JSON log object',
    method: 'POST',
    path: '/echo',
    headers: { 'Content-Type': 'application/json' },
    body: LOG_OBJECT,
    answer: LOG_OBJECT,
  },
];

/**
 * Asks once, as any client would.
 *
 * @param {string} url of the server @param {Request} request
 * @throws {Error} when the reply is not the right one
 */
export async function assertAnswer(url, { name, method, path, headers, body, answer }) {
  const reply = await fetch(new URL(path, url), { method, headers, ...(body === '' ? {} : { body }) });
  const text = await reply.text();
  const type = reply.headers.get('content-type') ?? '';
  if (reply.status !== 200 || text !== answer || !type.startsWith('application/json')) {
    throw new Error(`${name}: status ${reply.status}, ${type}, ${text.slice(0, 200)}: not the reply that was expected`);
  }
}
