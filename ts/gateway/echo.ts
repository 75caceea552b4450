import * as msgpack from '../msgpack.ts';
import type { Exchange } from './exchange.ts';
import { type Failure, failure } from './failures.ts';
import type { Answer } from './http/answer.ts';
import { bodyType, isIdentity, JSON_TYPE, negotiate, type Representation } from './media.ts';

/** What the body of an echo is, and what its answer is to be. */
export interface EchoHead {
  readonly came: Representation;
  readonly wanted: Representation;
}

/** What GET answers. */
const HELLO = { message: 'hello' };
const HELLO_BODIES = { json: JSON.stringify(HELLO), msgpack: msgpack.encode(HELLO) };

/** Reads the head of an echo: 415 for a body that is neither JSON nor MessagePack, 406 when the answer may be neither. */
export function readEchoHead(exchange: Exchange): EchoHead | Failure {
  const came = bodyType(exchange.header('content-type'));
  if (came === undefined || !isIdentity(exchange.header('content-encoding'))) return failure(415);
  const wanted = negotiate(exchange.header('accept'), came);
  return wanted === undefined ? failure(406) : { came, wanted };
}

/** The answer to GET. */
export function hello(exchange: Exchange): Answer | Failure {
  const wanted = negotiate(exchange.header('accept'), JSON_TYPE);
  if (wanted === undefined) return failure(406);
  return { status: 200, type: wanted.type, body: HELLO_BODIES[wanted.format] };
}
