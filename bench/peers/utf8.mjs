/** The ways to check, decode and cut UTF-8 with what Node has. */
import { isUtf8 } from 'node:buffer';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const NEWLINE = 10;
const RETURN = 13;

/** @typedef {Readonly<Record<string, (bytes: Buffer) => any>>} Ways */

/** @type {Ways} */
export const check = { 'buffer.isUtf8': (bytes) => isUtf8(bytes) };

/** With the check: a bad sequence is an error. @type {Ways} */
export const decode = {
  'TextDecoder fatal': (bytes) => strict.decode(bytes),
  'isUtf8 + toString': (bytes) => {
    if (!isUtf8(bytes)) throw new TypeError('not UTF-8');
    return bytes.toString();
  },
};

/** A bad sequence becomes U+FFFD. @type {Ways} */
export const decodeLossy = { TextDecoder: (bytes) => lossy.decode(bytes), 'buffer.toString': (bytes) => bytes.toString() };

/** @type {Readonly<Record<string, (text: string) => Uint8Array>>} */
export const encode = { TextEncoder: (text) => encoder.encode(text), 'Buffer.from': (text) => Buffer.from(text) };

/** @type {Ways} */
export const lineStarts = {
  'indexOf loop': (bytes) => {
    const starts = [];
    let start = 0;
    while (start < bytes.length) {
      starts.push(start);
      const end = bytes.indexOf(NEWLINE, start);
      if (end === -1) break;
      start = end + 1;
    }
    return new Uint32Array(starts);
  },
  'byte loop': (bytes) => {
    const starts = bytes.length === 0 ? [] : [0];
    const last = bytes.length - 1;
    for (let i = 0; i < last; i++) if (bytes[i] === NEWLINE) starts.push(i + 1);
    return new Uint32Array(starts);
  },
};

/** Each line without what ends it, its size summed up: all that a caller does with it. @type {Ways} */
export const lines = {
  'indexOf loop + subarray': (bytes) => {
    let sum = 0;
    let start = 0;
    while (start < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline === -1 ? bytes.length : newline;
      sum += bytes.subarray(start, newline > start && bytes[end - 1] === RETURN ? end - 1 : end).length;
      start = end + 1;
    }
    return sum;
  },
};
