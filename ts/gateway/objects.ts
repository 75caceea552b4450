import * as json from '../json.ts';
import * as msgpack from '../msgpack.ts';
import { ExtensionValue, Timestamp } from '../msgpack.ts';
import type { Format } from './media.ts';

/*
 * Bodies by way of objects, as v0.1 and v0.2 have them. A double holds every number, so integers beyond 2^53 lose digits, and keys that
 * look like indexes come first.
 */

/**
 * The value that `body` is, which is to be written as `wanted`.
 *
 * @throws {LanewiseError} as `validate` of the format; for what JSON cannot hold, as `msgpack.toJson`
 */
export function decodeBody(came: Format, wanted: Format, body: Uint8Array): unknown {
  if (came === 'json') return json.get(body, '');
  // Only this knows where in the body the value is that JSON cannot hold.
  if (wanted === 'json') msgpack.toJson(body);
  return msgpack.decode(body);
}

/** The bytes, or the JSON text, of a value. */
export function encodeBody(value: unknown, wanted: Format, came: Format): string | Uint8Array {
  if (wanted === 'msgpack') return msgpack.encode(value);
  return came === 'json' ? JSON.stringify(value) : JSON.stringify(value, jsonForm);
}

/** What `msgpack.toJson` writes for the values that JSON.stringify has no form for. */
function jsonForm(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Uint8Array) return Buffer.from(original).toString('base64');
  if (original instanceof ExtensionValue) return { $ext: original.type, data: Buffer.from(original.data).toString('base64') };
  if (original instanceof Date) return rfc3339(original, original.getUTCMilliseconds() * 1e6);
  if (original instanceof Timestamp) return rfc3339(original.toDate(), original.nanoseconds);
  return typeof value === 'bigint' ? Number(value) : value;
}

/** With 0, 3, 6 or 9 digits of the second. */
function rfc3339(date: Date, nanoseconds: number): string {
  const digits = String(nanoseconds)
    .padStart(9, '0')
    .replace(/(?:000)+$/, '');
  return `${date.toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}Z`;
}
