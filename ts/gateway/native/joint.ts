import { type Dataplane, ROOM } from '../../dataplane.ts';
import type { Service } from '../exchange.ts';
import type { FlatHeaders } from '../http/answer.ts';
import { serveFailed } from '../plans.ts';
import { logEntries } from './entries.ts';
import { NativeExchange } from './exchange.ts';
import { Arena, GENERATIONS, KIND, KIND_MASK, LAST, LOOSE, PIECE, WORD } from './records.ts';
import { CONTROL, Replies } from './replies.ts';

const WORD_SIZE = Uint32Array.BYTES_PER_ELEMENT;

/** Answers an exchange of the native transport. */
export type NativeServe = (exchange: NativeExchange) => void;

/** The side of JavaScript of one native gateway. */
export class Joint {
  /** For requests from now on. */
  service: Service;
  /** Called when the last connection has ended after a drain. */
  onDrained: () => void = () => {};
  /** Called when the routes of a generation serve. */
  onReloaded: (generation: number) => void = () => {};
  readonly handle: number;
  readonly replies: Replies;
  readonly #native: Dataplane;
  readonly #codes: ReadonlyMap<string, number>;
  readonly #control: Uint32Array;
  #arena: Arena = new Arena(this, new ArrayBuffer(0));
  /** What answers, by the generation of the routes. */
  readonly #serves: NativeServe[] = [];
  /** Requests that wait for their answer beyond the turn that brought them, by id. */
  readonly #waiting: (NativeExchange | undefined)[] = [];

  constructor(native: Dataplane, handle: number, service: Service, serve: NativeServe) {
    this.#native = native;
    this.handle = handle;
    this.service = service;
    this.setServe(0, serve);
    this.replies = new Replies(native, handle);
    this.#control = this.replies.control;
    this.#codes = new Map(native.gatewayKnownFields().map((name, i) => [name, i + 1]));
  }

  /** The number that records have for a header name, 0 for one that they spell out. */
  codeOf(name: string): number {
    return this.#codes.get(name) ?? 0;
  }

  /** What answers requests of that generation. */
  setServe(generation: number, serve: NativeServe): void {
    this.#serves[generation % GENERATIONS] = serve;
  }

  take(index: number): Uint8Array {
    return this.#native.gatewayTake(this.handle, index);
  }

  /** A request is not waiting any more. */
  leave(id: number): void {
    if (id < this.#waiting.length) this.#waiting[id] = undefined;
  }

  begin(id: number, status: number, type: string | undefined, headers: FlatHeaders): boolean {
    const { media, fields } = Replies.fields(type, headers);
    return this.#native.gatewayBegin(this.handle, id, status, media, fields);
  }

  /** False when the client has to take something first, which a record tells. */
  write(id: number, piece: Uint8Array): boolean {
    return this.#native.gatewayWrite(this.handle, id, piece) !== ROOM.full;
  }

  finish(id: number, isWhole: boolean): void {
    this.#native.gatewayFinish(this.handle, id, isWhole);
  }

  resume(id: number): void {
    this.#native.gatewayResume(this.handle, id);
  }

  /** No more records come: what still waits is over. */
  close(): void {
    for (const exchange of this.#waiting) exchange?.abandon();
  }

  /** Takes the records of a crossing, which lie in another arena than the last ones where one is given. */
  deliver(arena: ArrayBuffer | undefined): void {
    if (arena !== undefined) this.#arena = new Arena(this, arena);
    let at = (this.#control[CONTROL.start] as number) / WORD_SIZE;
    for (let count = this.#control[CONTROL.count] as number; count > 0; count--) {
      const size = this.#arena.words[at + WORD.size] as number;
      this.#deliverOne(this.#arena, at);
      at += size;
    }
  }

  #deliverOne(arena: Arena, at: number): void {
    const kind = arena.words[at + WORD.kind] as number;
    const id = arena.words[at + WORD.id] as number;
    switch (kind & KIND_MASK) {
      case KIND.request:
        this.#begin(arena, at, id);
        break;
      case KIND.piece:
        this.#waiting[id]?.receive(this.#piece(arena, at, kind), (kind & LAST) !== 0);
        break;
      case KIND.gone:
        this.#waiting[id]?.abandon();
        break;
      case KIND.writable:
        this.#waiting[id]?.proceed();
        break;
      case KIND.ended:
        this.#waiting[id]?.abort();
        break;
      case KIND.drained:
        this.onDrained();
        break;
      case KIND.logged:
        logEntries(arena, at, this.service.log);
        break;
      default:
        this.onReloaded(id);
    }
  }

  #begin(arena: Arena, at: number, id: number): void {
    const exchange = new NativeExchange(arena, at);
    const generation = arena.words[at + WORD.generation] as number;
    try {
      (this.#serves[generation % GENERATIONS] as NativeServe)(exchange);
    } catch (error) {
      // The other requests of the crossing know nothing of it.
      serveFailed(exchange, error);
    }
    if (!exchange.isSettled) this.#waiting[id] = exchange;
  }

  #piece({ words, bytes }: Arena, at: number, kind: number): Uint8Array {
    const place = words[at + PIECE.bytes] as number;
    if ((kind & LOOSE) !== 0) return this.take(place);
    const start = at * WORD_SIZE + place;
    return new Uint8Array(bytes.subarray(start, start + (words[at + PIECE.size] as number)));
  }
}
