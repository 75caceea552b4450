/** Media types of what the gateway answers by itself. */
export const JSON_TEXT = 'application/json';
export const TEXT = 'text/plain; charset=utf-8';
export const BINARY = 'application/octet-stream';

/** The headers of an answer as node:http takes them: name, value, name, value … */
export type FlatHeaders = string[];

/** An answer that is complete: what is known before it is sent is rendered once. */
export interface Answer {
  readonly status: number;
  readonly headers: FlatHeaders;
  readonly body: Uint8Array | string;
}

/** True for a status whose answer ends with its head (RFC 9110 sections 15.3.5 and 15.4.5). */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}

/** The headers of a body of `size` bytes. */
export function headersFor(type: string, size: number): FlatHeaders {
  return ['Content-Type', type, 'Content-Length', String(size)];
}
