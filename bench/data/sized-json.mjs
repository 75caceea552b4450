/**
 * JSON texts of an exact size, to see what a call costs from 1 B on.
 * Origin: generated, the same in every run. Licence: that of this repository.
 */
import { logRecord } from './logs.mjs';
import { seeded } from './random.mjs';

const RUSSIAN = ['запрос выполнен', 'повтор после таймаута', 'нет ключа в кэше', 'соединение закрыто', 'очередь длиннее предела'];

/**
 * @typedef {object} Shape
 * @property {number} seed texts of different seeds differ
 * @property {boolean} [pretty] indented by two spaces, as a person would read it
 * @property {boolean} [cyrillic] the messages are Russian, so a string of it has two bytes a unit
 * @property {(text: string) => number} [measure] the unit of `size`. Default: UTF-16 units
 */

/**
 * An array: log records as long as one fits, then smaller objects, then a string that fills what is left.
 *
 * @param {number} size 0 gives the empty text, which is no JSON; below the smallest array there is a number
 * @param {Shape} shape
 * @returns {string}
 */
export function jsonOfSize(size, shape) {
  const measure = shape.measure ?? ((text) => text.length);
  /** @param {unknown[]} list */
  const write = (list) => JSON.stringify(list, null, shape.pretty ? 2 : 0);
  const frame = measure(shape.pretty ? '[\n\n]' : '[]');
  const separator = shape.pretty ? 2 : 1;
  /** @param {unknown} value */
  const sizeOf = (value) => measure(write([value])) - frame + separator;
  const filler = sizeOf('');
  let left = size - frame + separator;
  if (left < filler) return `${(shape.seed % 8) + 1}`.repeat(size);
  const list = [];
  for (const make of makers(shape)) {
    for (let value = make(list.length); left - sizeOf(value) >= filler; value = make(list.length)) {
      list.push(value);
      left -= sizeOf(value);
    }
  }
  list.push('x'.repeat(left - filler));
  return write(list);
}

/** From large to small. @param {Shape} shape @returns {((number: number) => unknown)[]} */
function makers({ seed, cyrillic }) {
  const random = seeded(seed);
  const record = (/** @type {number} */ number) => logRecord(random, number);
  const russian = (/** @type {number} */ number) => ({ ...record(number), message: random.pick(RUSSIAN), detail: RUSSIAN.join('; ') });
  const small = () => ({
    id: random.below(1000),
    ok: random.next() < 0.5,
    name: random.pick(cyrillic ? RUSSIAN : ['ada', 'grace', 'alan']),
  });
  const scalar = () => (cyrillic ? random.pick(RUSSIAN).slice(0, 4) : random.below(100));
  return [cyrillic ? russian : record, small, scalar];
}
