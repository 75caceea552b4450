/**
 * The ways to check, shrink and read JSON with what Node has.
 *
 * A verdict on bytes must include UTF-8, which `toString` does not check, so those ways pay for a check. Where a value is asked for, the
 * peer may leave it out: that favours the peer.
 */
import { isUtf8 } from 'node:buffer';
import canonicalText from 'canonicalize';
import fastJsonPatch from 'fast-json-patch';
import { jsonpath } from 'json-p3';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** True if it is JSON. @type {Readonly<Record<string, (text: string) => boolean>>} */
export const verdictOnString = { 'JSON.parse': (text) => succeeds(() => JSON.parse(text)) };

/** Takes bad UTF-8 for good. @type {Readonly<Record<string, (bytes: Buffer) => boolean>>} */
export const verdictUnchecked = { 'JSON.parse(buffer)': (bytes) => succeeds(() => parseBuffer(bytes)) };

/** @type {Readonly<Record<string, (bytes: Buffer) => boolean>>} */
export const verdictOnBytes = {
  'TextDecoder fatal + JSON.parse': (bytes) => succeeds(() => JSON.parse(strict.decode(bytes))),
  'isUtf8 + toString + JSON.parse': (bytes) => isUtf8(bytes) && succeeds(() => JSON.parse(bytes.toString())),
};

/** @type {Readonly<Record<string, (input: string | Buffer) => Buffer>>} */
export const minify = { 'JSON.parse + JSON.stringify': (input) => Buffer.from(JSON.stringify(JSON.parse(textOf(input)))) };

/** @param {(value: any) => unknown} read @returns {Readonly<Record<string, (bytes: Buffer) => unknown>>} */
export const get = (read) => ({ 'toString + JSON.parse': (bytes) => read(JSON.parse(bytes.toString())) });

/** @param {(value: any) => unknown} read @returns {Readonly<Record<string, (bytes: Buffer) => Buffer>>} */
export const getRaw = (read) => ({
  'toString + JSON.parse + JSON.stringify': (bytes) => Buffer.from(JSON.stringify(read(JSON.parse(bytes.toString())))),
});

/** As `get`, on large input. @param {(value: any) => unknown} read @returns {Readonly<Record<string, (bytes: Buffer) => unknown>>} */
export const getFromBuffer = (read) => ({ 'JSON.parse(buffer)': (bytes) => read(parseBuffer(bytes)) });

/** @type {Readonly<Record<string, (bytes: Buffer) => unknown>>} */
export const parse = {
  'JSON.parse(buffer)': parseBuffer,
  'TextDecoder fatal + JSON.parse': (bytes) => JSON.parse(strict.decode(bytes)),
};

/** @type {Readonly<Record<string, (bytes: Buffer) => Buffer>>} */
export const canonicalize = {
  'JSON.parse(buffer) + canonicalize': (bytes) => Buffer.from(/** @type {string} */ (canonicalText(parseBuffer(bytes)))),
};

/** @param {import('fast-json-patch').Operation[]} operations @returns {Readonly<Record<string, (bytes: Buffer) => Buffer>>} */
export const patch = (operations) => ({
  'JSON.parse(buffer) + fast-json-patch + JSON.stringify': (bytes) =>
    Buffer.from(JSON.stringify(fastJsonPatch.applyPatch(parseBuffer(bytes), operations).newDocument)),
});

/** @param {string} path RFC 9535 @returns {Readonly<Record<string, (bytes: Buffer) => unknown[]>>} */
export const query = (path) => {
  const compiled = jsonpath.compile(path);
  return { 'JSON.parse(buffer) + json-p3': (bytes) => compiled.query(parseBuffer(bytes)).values() };
};

export { canonicalText };

/** The conversion is that of the Buffer itself. @param {Buffer} bytes @returns {any} */
export function parseBuffer(bytes) {
  return JSON.parse(/** @type {any} */ (bytes));
}

/** True if `work` does not throw. @param {() => unknown} work */
export function succeeds(work) {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/** @param {string | Buffer} input */
function textOf(input) {
  return typeof input === 'string' ? input : input.toString();
}
