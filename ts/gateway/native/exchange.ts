import { BodyGone, type BodyReader, Exchange, type Service, type Sink } from '../exchange.ts';
import { type FlatHeaders, NO_HEADERS } from '../http/answer.ts';
import { NO_PARAMS, type Params, PathPattern } from '../path-pattern.ts';
import { pathOf } from '../routes.ts';
import { streamOf } from '../stream.ts';
import type { Joint } from './joint.ts';
import { type Arena, FIELD, FIELDS_AT, LOOSE, METHODS, STREAMED, WORD } from './records.ts';

const EMPTY = Buffer.alloc(0);
const WORD_SIZE = Uint32Array.BYTES_PER_ELEMENT;
/** How much of a streamed body waits until it is taken. */
const AHEAD_MAX = 64 << 10;

/** Header lines of which only the first counts, as node:http has it. */
const SINGLE = new Set([
  ...['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since'],
  ...['if-unmodified-since', 'last-modified', 'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after'],
  ...['server', 'user-agent'],
]);

/** What an exchange has that streams, or whose body is large. */
interface More {
  /** Bytes that do not lie in the arena. */
  loose: Uint8Array | undefined;
  /** The head of the answer has been sent, and its body is under way. */
  isOpen: boolean;
  controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** What has come of a streamed body before it was asked for: no more than the plane hands over ahead. */
  early: Uint8Array[];
  /** A streamed body has been asked for. */
  isAsked: boolean;
  /** It has come to its end. */
  isWhole: boolean;
  /** Called when a streamed answer may go on, or never will. */
  onRoom: (() => void) | undefined;
}

/** An exchange of the native transport. Its request lies in an arena as it came; what is asked for is read there. */
export class NativeExchange extends Exchange {
  readonly #arena: Arena;
  /** Where the record begins, in words. */
  readonly #at: number;
  /** What they are read from by, until somebody asks. */
  #params: Params | PathPattern = NO_PARAMS;
  #isSettled = false;
  /** What few requests have. */
  #more: More | undefined = undefined;

  constructor(arena: Arena, at: number) {
    super();
    this.#arena = arena;
    this.#at = at;
    if (((arena.words[at + WORD.kind] as number) & LOOSE) !== 0) this.#own().loose = this.#joint.take(this.#word(WORD.body));
  }

  get id(): number {
    return this.#word(WORD.id);
  }

  get route(): number {
    return this.#word(WORD.route);
  }

  get service(): Service {
    return this.#joint.service;
  }

  /** The plane counts, by the route that it has chosen. */
  get routeName(): string {
    return '';
  }

  set routeName(_: string) {}

  get params(): Params {
    if (this.#params instanceof PathPattern) this.#params = this.#params.match(pathOf(this.target)) ?? NO_PARAMS;
    return this.#params;
  }

  set params(params: Params | PathPattern) {
    this.#params = params;
  }

  get method(): string {
    const known = METHODS[(this.#word(WORD.kind) >>> 8) & 0xff];
    // The name stands before the target, behind the fields.
    return known ?? this.#text((FIELDS_AT + FIELD.words * this.#word(WORD.fieldCount)) * WORD_SIZE, this.#word(WORD.target) - 1);
  }

  get target(): string {
    const start = this.#word(WORD.target);
    return this.#text(start, start + this.#word(WORD.targetSize));
  }

  header(name: string): string | undefined {
    const code = this.#joint.codeOf(name);
    const count = this.#word(WORD.fieldCount);
    let found: string | undefined;
    for (let field = FIELDS_AT, i = 0; i < count; i++, field += FIELD.words) {
      const is = this.#word(field + FIELD.code);
      if ((is & 0xff) !== code) continue;
      if (code === 0 && !this.#isNamed(field, is >>> 8, name)) continue;
      const start = this.#word(field + FIELD.value);
      const value = this.#text(start, start + this.#word(field + FIELD.valueSize));
      if (SINGLE.has(name)) return value;
      found = found === undefined ? value : `${found}${name === 'cookie' ? '; ' : ', '}${value}`;
    }
    return found;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  read(reader: BodyReader): void {
    reader(this);
  }

  get body(): Uint8Array {
    if (this.#more?.loose !== undefined) return this.#more.loose;
    const size = this.#word(WORD.bodySize);
    if (size === 0) return EMPTY;
    const start = this.#at * WORD_SIZE + this.#word(WORD.body);
    return this.#arena.bytes.subarray(start, start + size);
  }

  /** An arena never leaves this folder: whoever had its memory could take it away. */
  keepBody(): Uint8Array {
    return this.#more?.loose ?? new Uint8Array(this.body);
  }

  releaseBody(): void {
    if (this.#more !== undefined) this.#more.loose = undefined;
  }

  openBody(): ReadableStream<Uint8Array> {
    if ((this.#word(WORD.kind) & STREAMED) === 0) return streamOf(this.keepBody());
    this.#own().isAsked = true;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#own().controller = controller;
          if (this.#isSettled) this.#failBody();
          else this.#giveEarly(controller);
        },
        pull: () => this.#joint.resume(this.id),
        cancel: () => {
          this.#own().controller = undefined;
          if (!this.#isSettled) this.#joint.resume(this.id);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: AHEAD_MAX }),
    );
  }

  reply(status: number, type: string | undefined, body: Uint8Array | string, headers: FlatHeaders = NO_HEADERS): void {
    if (this.#isSettled) return;
    // It is too late for another answer: the client learns it from the end of this one.
    if (this.#more?.isOpen === true) this.#joint.finish(this.id, false);
    else this.#joint.replies.write(this.id, status, type, body, headers);
    this.#isSettled = true;
    this.#leave();
  }

  open(status: number, type: string | undefined, headers: FlatHeaders): Sink | undefined {
    if (this.#isSettled || this.#more?.isOpen === true) return undefined;
    if (this.method === 'HEAD' || !this.#joint.begin(this.id, status, type, headers)) {
      this.reply(status, type, '', headers);
      return undefined;
    }
    this.#own().isOpen = true;
    return {
      write: (piece) => (this.#isSettled || this.#joint.write(this.id, piece) ? undefined : this.#room()),
      end: () => this.#finish(true),
      cut: () => this.#finish(false),
    };
  }

  /** The plane keeps the time. */
  startDeadline(): void {}

  /** The next bytes of a streamed body have come. */
  receive(piece: Uint8Array, isLast: boolean): void {
    const own = this.#own();
    own.isWhole = isLast;
    if (own.controller === undefined) {
      if (!own.isAsked) own.early.push(piece);
      return;
    }
    if (piece.length > 0) own.controller.enqueue(piece);
    if (isLast) this.#closeBody(own.controller);
  }

  /** A streamed answer may go on. */
  proceed(): void {
    const onRoom = this.#more?.onRoom;
    this.#own().onRoom = undefined;
    onRoom?.();
  }

  /** The client has gone, or has been answered by the plane. */
  abandon(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#joint.replies.forget(this.id);
    this.#leave();
    this.abort();
  }

  #finish(isWhole: boolean): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#joint.finish(this.id, isWhole);
    this.#leave();
  }

  #leave(): void {
    this.#joint.leave(this.id);
    if (this.#more?.controller !== undefined) this.#failBody();
    if (this.#more?.onRoom !== undefined) this.proceed();
  }

  #giveEarly(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const own = this.#own();
    for (const piece of own.early) if (piece.length > 0) controller.enqueue(piece);
    own.early = [];
    if (own.isWhole) this.#closeBody(controller);
  }

  #closeBody(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#own().controller = undefined;
    controller.close();
  }

  #failBody(): void {
    this.#more?.controller?.error(new BodyGone());
    this.#own().controller = undefined;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#own().onRoom = resolve;
    });
  }

  get #joint(): Joint {
    return this.#arena.joint;
  }

  #own(): More {
    this.#more ??= {
      ...{ loose: undefined, isOpen: false, controller: undefined, onRoom: undefined },
      ...{ early: [], isAsked: false, isWhole: false },
    };
    return this.#more;
  }

  #word(i: number): number {
    return this.#arena.words[this.#at + i] as number;
  }

  /** Latin-1 text between two places of the record. */
  #text(start: number, end: number): string {
    const at = this.#at * WORD_SIZE;
    return this.#arena.bytes.latin1Slice(at + start, at + end);
  }

  #isNamed(field: number, size: number, name: string): boolean {
    if (size !== name.length) return false;
    const start = this.#word(field + FIELD.name);
    return this.#text(start, start + size).toLowerCase() === name;
  }
}
