/** The two formats of a body that the gateway reads and writes. */
export type Format = 'json' | 'msgpack';

/** A format under one of its names. */
export interface Representation {
  readonly format: Format;
  /** Media type without parameters, in lower case. */
  readonly type: string;
}

export const JSON_TYPE: Representation = { format: 'json', type: 'application/json' };
export const MSGPACK_TYPE: Representation = { format: 'msgpack', type: 'application/msgpack' };

const MSGPACK_NAMES = ['application/msgpack', 'application/x-msgpack', 'application/vnd.msgpack'];
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([^\s;"]*)/i;
const QUALITY = /;[ \t]*q[ \t]*=[ \t]*([01](?:\.\d{0,3})?)[ \t]*(?:;|$)/i;
/** One that is not closed goes to the end, so that no text is looked at twice. */
const QUOTED = /"(?:[^"\\]|\\.?)*(?:"|$)/g;

/** What a Content-Type says the body is, undefined for anything but JSON and MessagePack, and for a charset other than UTF-8. */
export function bodyType(contentType: string | undefined): Representation | undefined {
  if (contentType === 'application/json') return JSON_TYPE;
  if (contentType === undefined) return undefined;
  const charset = CHARSET.exec(contentType)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) return undefined;
  return representation(essence(contentType));
}

/** True when a body under this Content-Encoding is the body itself. */
export function isIdentity(contentEncoding: string | undefined): boolean {
  return contentEncoding === undefined || contentEncoding.toLowerCase() === 'identity';
}

/**
 * How to answer a body that came as `came`, undefined when `accept` takes neither format.
 *
 * The type with the highest q wins; among equals the one that is named most exactly, then the one that is named first, then the one
 * that the body came as. O(accept.length).
 *
 * Source: RFC 9110 section 12.5.1; the order of equals as servers in JavaScript have it.
 */
export function negotiate(accept: string | undefined, came: Representation): Representation | undefined {
  if (accept === undefined || accept === '*/*' || accept === '') return came;
  const ranges = parseAccept(accept);
  let best: Representation | undefined;
  let bestRank: Rank | undefined;
  for (const candidate of candidates(ranges, came)) {
    const rank = rankOf(candidate.type, ranges);
    if (rank !== undefined && rank.quality > 0 && (bestRank === undefined || isBetter(rank, bestRank))) {
      best = candidate;
      bestRank = rank;
    }
  }
  return best;
}

interface Range {
  readonly quality: number;
  readonly order: number;
}

interface Rank extends Range {
  /** 2 for a type, 1 for 'application/*', 0 for '*' + '/*'. */
  readonly exactness: number;
}

function parseAccept(accept: string): Map<string, Range> {
  const ranges = new Map<string, Range>();
  for (const [order, part] of accept.replace(QUOTED, '""').split(',').entries()) {
    const name = essence(part);
    const quality = QUALITY.exec(part)?.[1];
    if (name !== '' && !ranges.has(name)) ranges.set(name, { quality: quality === undefined ? 1 : Math.min(Number(quality), 1), order });
  }
  return ranges;
}

/** Every type that the answer could have: as it came, the usual names, and whatever JSON or MessagePack types are asked for. */
function* candidates(ranges: Map<string, Range>, came: Representation): Generator<Representation> {
  yield came;
  yield came.format === 'json' ? JSON_TYPE : MSGPACK_TYPE;
  yield came.format === 'json' ? MSGPACK_TYPE : JSON_TYPE;
  for (const name of ranges.keys()) {
    const named = representation(name);
    if (named !== undefined) yield named;
  }
}

/** The most exact range decides on a type. */
function rankOf(type: string, ranges: Map<string, Range>): Rank | undefined {
  const names = [type, `${type.slice(0, type.indexOf('/'))}/*`, '*/*'];
  for (const [i, name] of names.entries()) {
    const range = ranges.get(name);
    if (range !== undefined) return { ...range, exactness: 2 - i };
  }
  return undefined;
}

function isBetter(a: Rank, b: Rank): boolean {
  return a.quality - b.quality > 0 || (a.quality === b.quality && (a.exactness - b.exactness || b.order - a.order) > 0);
}

function representation(type: string): Representation | undefined {
  if (type === 'application/json') return JSON_TYPE;
  if (type === 'application/msgpack') return MSGPACK_TYPE;
  if (MSGPACK_NAMES.includes(type)) return { format: 'msgpack', type };
  if (type.endsWith('+json') && MEDIA_TYPE.test(type)) return { format: 'json', type };
  return undefined;
}

function essence(mediaType: string): string {
  const end = mediaType.indexOf(';');
  return (end < 0 ? mediaType : mediaType.slice(0, end)).trim().toLowerCase();
}
