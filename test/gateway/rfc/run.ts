import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Iteration } from 'lanewise/gateway';
import { type Case, closed, type Expected, get, HELLO, type Mode, NODE_HTTP, type Outcome, open } from './case.ts';
import { type Reply, readReplies } from './replies.ts';

/** Longer cases are about limits: cutting them at every byte takes long and says no more. */
const CUT_MAX = 700;
/** Until an answer, or the end of a connection, has come. */
const PATIENCE_MS = 15_000;
/** Of a case against node:http, which on a machine under load now and then fails one that it answers else: see {@link isPassing}. */
const NODE_HTTP_TRIES = 3;
/** Within this everything has come: a body that was refused may be waited for. */
const SILENCE_MS = 3_000;
/** Connections at a time. */
const AT_ONCE = 50;

const PROBE = get('/text');
const PROBED: Expected = { status: 200, body: 'text' };
const FIRST: Expected = { status: 200, body: HELLO };

/** Runs one case, and throws what is wrong. */
export async function runCase(url: string, iteration: Iteration, subject: Case, mode: Mode): Promise<void> {
  const parts = [subject.send].flat();
  const text = parts.join('');
  const outcomes = outcomesOf(subject, iteration, mode);
  if (outcomes === undefined) return;
  const isNodeHttp = NODE_HTTP.includes(iteration);
  const tries = isNodeHttp ? NODE_HTTP_TRIES : 1;
  if (mode === 'whole') return converse(url, parts, true, outcomes, tries);
  if (mode === 'between others') {
    const expected = outcomes.flatMap((outcome) => between(outcome, isNodeHttp));
    return converse(url, [get() + text + PROBE], false, expected, tries);
  }
  if (text.length > CUT_MAX) return;
  if (mode === 'byte by byte') return converse(url, [...text], false, outcomes, tries);
  const halves = Array.from({ length: text.length - 1 }, (_, i) => [text.slice(0, i + 1), text.slice(i + 1)]);
  if (outcomes.every(({ connection }) => connection === 'open')) return converseAll(url, halves, outcomes);
  await inBatches(halves, (pieces) => converse(url, pieces, false, outcomes, tries));
}

/** What a client reads when it sends a case at once, and a last request behind it: statuses, and bodies of successes. */
export async function readingsOf(url: string, { send, outcome }: Case): Promise<string> {
  const talk = await Talk.open(url, headsOf([outcome].flat()));
  try {
    talk.send([send].flat().join('') + get('/text', 'Connection: close'));
    await talk.untilClosed(SILENCE_MS);
    return talk.replies.map(({ status, body }) => (status < 300 ? `${status} ${body}` : String(status))).join(', ');
  } finally {
    talk.close();
  }
}

/** Runs `use` on all items, some at a time. */
export async function inBatches<T>(items: readonly T[], use: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += AT_ONCE) await Promise.all(items.slice(i, i + AT_ONCE).map(use));
}

function outcomesOf({ outcome, except }: Case, iteration: Iteration, mode: Mode): Outcome[] | undefined {
  if (!except?.iterations.includes(iteration) || except.modes?.includes(mode) === false) return [outcome].flat();
  return except.outcome === undefined ? undefined : [except.outcome].flat();
}

/** What comes of a case between two requests. A request behind one that was refused is not answered. */
function between({ replies, connection }: Outcome, isDropping: boolean): Outcome[] {
  if (connection === 'open') return [open(FIRST, ...replies, PROBED)];
  if (connection === 'either') return [{ replies: [FIRST, ...replies], connection }];
  const whole = closed(FIRST, ...replies);
  // Express answers a turn later, and of a connection that has an answer under way node:http only says that it is to end.
  return isDropping && [replies.at(-1)?.status].flat().some((status) => status !== 200)
    ? [whole, closed(FIRST, ...replies.slice(0, -1))]
    : [whole];
}

/** Sends the pieces, and compares what comes. With `waits` each waits for a reply to the one before. */
async function converse(
  url: string,
  pieces: readonly string[],
  waits: boolean,
  outcomes: readonly Outcome[],
  tries: number,
): Promise<void> {
  const talk = await Talk.open(url, headsOf(outcomes));
  try {
    const outcome = await exchange(talk, pieces, waits, outcomes);
    if (waits && pieces.length > 1) assert.equal(talk.interims.length, 1, 'one 100 (Continue)');
    if (outcome.connection !== 'either') await settle(talk, outcome);
  } catch (error) {
    if (tries === 1 || !isPassing(talk)) throw error;
    await converse(url, pieces, waits, outcomes, tries - 1);
  } finally {
    talk.close();
  }
}

/**
 * Whether node:http may do better when it is asked again. It closes at once where it refuses a body: what is still on its way then makes a reset,
 * which may overtake the answer. And it has been seen to read a request without its first byte when that came alone ("OST /" is no method).
 */
function isPassing({ isReset, text }: Talk): boolean {
  return (isReset && text === '') || text.startsWith('HTTP/1.1 400');
}

/** Sends one list of pieces after another on one connection, which stays open. */
async function converseAll(url: string, lists: readonly (readonly string[])[], outcomes: readonly Outcome[]): Promise<void> {
  const talk = await Talk.open(url, headsOf(outcomes));
  try {
    for (const [i, pieces] of lists.entries()) {
      const outcome = await exchange(talk, pieces, false, outcomes);
      if (i === lists.length - 1) await settle(talk, outcome);
      else talk.forget();
    }
  } finally {
    talk.close();
  }
}

/** Sends each piece when the server has had time to read the one before, and finds the outcome that came. */
async function exchange(talk: Talk, pieces: readonly string[], waits: boolean, outcomes: readonly Outcome[]): Promise<Outcome> {
  for (const [i, piece] of pieces.entries()) {
    if (waits && i > 0) await talk.until(() => talk.interims.length > 0 || talk.isClosed);
    if (talk.isClosed) break;
    talk.send(piece);
    await turn();
  }
  const lasting = outcomes.filter(({ connection }) => connection !== 'closed').map(({ replies }) => replies.length);
  const count = Math.max(...lasting, lasting.length === 0 ? Number.POSITIVE_INFINITY : 0);
  await talk.until(() => talk.isClosed || talk.replies.length >= count);
  const outcome = outcomes.find((candidate) => faultOf(candidate, talk.replies) === undefined);
  if (outcome === undefined) assert.fail(`${faultOf(outcomes[0] as Outcome, talk.replies)}; came: ${talk.text}`);
  for (const { status } of talk.interims) assert.equal(status, 100);
  return outcome;
}

/** Whether the connection is left as it should be, and nothing else has come. */
async function settle(talk: Talk, outcome: Outcome): Promise<void> {
  const said = talk.replies.map(({ fields }) => /(^|[ ,])close($|[ ,])/i.test(fields.get('connection') ?? ''));
  const isEnd = outcome.connection === 'closed';
  // Of an end that is the answer to what is behind the last reply, that reply says nothing.
  if (!isEnd || isRefusal(outcome))
    assert.deepEqual(
      said,
      said.map((_, i) => isEnd && i === said.length - 1),
      `Connection: close; came: ${talk.text}`,
    );
  const { length } = talk.replies;
  if (!isEnd) talk.send(PROBE);
  await talk.until(() => talk.isClosed || (!isEnd && talk.replies.length > length));
  assert.equal(talk.isClosed, isEnd, `the connection is ${isEnd ? 'closed' : 'open'}; came: ${talk.text}`);
  assert.equal(talk.isReset, false, `it ends without a reset; came: ${talk.text}`);
  assert.equal(talk.replies.length, isEnd ? length : length + 1, `nothing else comes: ${talk.text}`);
  if (!isEnd) assert.equal(faultOf(open(PROBED), talk.replies.slice(length)), undefined, talk.text);
  assert.equal(talk.rest, '', 'nothing is left over');
}

/** Which of the final replies answer HEAD: the same in all outcomes. */
function headsOf(outcomes: readonly Outcome[]): (index: number) => boolean {
  return (index) => outcomes.some(({ replies }) => replies[index]?.isHead === true);
}

function isRefusal({ replies }: Outcome): boolean {
  return [replies.at(-1)?.status].flat().every((status) => status !== undefined && status >= 400);
}

/** What is wrong with the replies, undefined if nothing is. */
function faultOf({ replies, connection }: Outcome, came: readonly Reply[]): string | undefined {
  if (came.length < replies.length || (connection !== 'either' && came.length > replies.length))
    return `${came.length} replies came, ${replies.length} were expected`;
  for (const [i, expected] of replies.entries()) {
    const fault = replyFault(expected, came[i] as Reply);
    if (fault !== undefined) return `reply ${i}: ${fault}`;
  }
  return undefined;
}

function replyFault({ status, fields = {}, body, isHead = false }: Expected, came: Reply): string | undefined {
  if (![status].flat().includes(came.status)) return `the status is ${came.status}, not ${status}`;
  for (const [name, value] of Object.entries(fields)) {
    const is = came.fields.get(name);
    if (value === null ? is !== undefined : is === undefined || !fits(is, value)) return `${name} is ${is}, not ${value}`;
  }
  if (body !== undefined && !fits(came.body, body)) return `the body is ${came.body}, not ${body}`;
  if (
    came.status >= 400 &&
    !isHead &&
    body === undefined &&
    !/^\{"error":\{"code":"[A-Z_]+","message":".+"(,"offset":\d+)?\}\}$/.test(came.body)
  )
    return `the body of a failure is ${came.body}`;
  return undefined;
}

function fits(is: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? is === wanted : wanted.test(is);
}

/** Lets the server, which runs on this loop, read what was sent. */
async function turn(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

/** One connection, and what has come on it. */
class Talk {
  text = '';
  isClosed = false;
  isReset = false;
  replies: Reply[] = [];
  interims: Reply[] = [];
  rest = '';
  readonly #socket: Socket;
  readonly #isHead: (index: number) => boolean;
  #failure: unknown;
  #wake: () => void = () => {};

  private constructor(socket: Socket, isHead: (index: number) => boolean) {
    this.#socket = socket;
    this.#isHead = isHead;
    socket.setEncoding('latin1').setNoDelay();
    socket.on('data', (text: string) => this.#take(text));
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('error', () => {
      this.isReset = true;
    });
  }

  static async open(url: string, isHead: (index: number) => boolean): Promise<Talk> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Talk(socket, isHead);
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  async until(isDone: () => boolean): Promise<void> {
    let isLate = false;
    const patience = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, PATIENCE_MS);
    while (!isDone() && !isLate && this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    clearTimeout(patience);
    if (this.#failure !== undefined) throw this.#failure;
    if (isLate) assert.fail(`nothing more within ${PATIENCE_MS} ms; came: ${JSON.stringify(this.text)}`);
  }

  /** Waits for the end of the connection, but no longer than `ms`. */
  async untilClosed(ms: number): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#wake();
    }, ms);
    await this.until(() => this.isClosed || isOver);
    clearTimeout(timer);
  }

  /** Begins anew with what comes from now on. */
  forget(): void {
    assert.equal(this.rest, '', 'nothing is left over');
    this.text = '';
    this.replies = [];
    this.interims = [];
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.text += text;
    try {
      const { replies, rest } = readReplies(this.text, this.#isHead);
      this.replies = replies.filter(({ status }) => status >= 200);
      this.interims = replies.filter(({ status }) => status < 200);
      this.rest = rest;
    } catch (error) {
      this.#failure = new Error(`${(error as Error).message}; came: ${JSON.stringify(this.text)}`);
    }
    this.#wake();
  }

  #end(): void {
    this.isClosed = true;
    this.#wake();
  }
}
