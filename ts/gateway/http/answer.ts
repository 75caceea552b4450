/** Media types of what the gateway answers by itself. */
export const JSON_TEXT = 'application/json';
export const TEXT = 'text/plain; charset=utf-8';
export const BINARY = 'application/octet-stream';

/** Headers of an answer: name, value, name, value … Those of framing are not among them. */
export type FlatHeaders = readonly string[];

export const NO_HEADERS: FlatHeaders = Object.freeze([]);

/** An answer that is complete. */
export interface Answer {
  readonly status: number;
  /** The media type of the body; undefined where there is none, or `headers` name it. */
  readonly type: string | undefined;
  readonly body: Uint8Array | string;
  readonly headers?: FlatHeaders;
}

/** True for a status whose answer ends with its head (RFC 9110 sections 15.3.5 and 15.4.5). */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}
