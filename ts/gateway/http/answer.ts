/** Media types of what the gateway answers by itself. */
export const JSON_TEXT = 'application/json';
export const TEXT = 'text/plain; charset=utf-8';
export const BINARY = 'application/octet-stream';

/** Headers of an answer: name, value, name, value … Those of framing are not among them. */
export type FlatHeaders = readonly string[];

export const NO_HEADERS: FlatHeaders = Object.freeze([]);

const { get: lengthOf } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length') as {
  get: (this: Uint8Array) => number;
};

/**
 * How many bytes there are, whatever a property `length` says that somebody has given them.
 *
 * @throws {TypeError} for what is only said to be an Uint8Array, as a proxy may be
 */
export function sizeOf(bytes: Uint8Array): number {
  return lengthOf.call(bytes);
}

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
