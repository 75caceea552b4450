export { type ErrorCode, LanewiseError } from './error.ts';
export type { Abortable, Document, JsonLimits, ParseOptions } from './json.ts';
export * as json from './json.ts';
export * as msgpack from './msgpack.ts';
export { Decoder, Encoder, type Extension, ExtensionValue, type MsgpackOptions, Timestamp } from './msgpack.ts';
export {
  type Column,
  type Columns,
  type ColumnType,
  type NdjsonOptions,
  type ProjectOptions,
  Query,
  type QueryCheck,
  type QueryFormat,
  type QueryOptions,
  type Where,
} from './query.ts';
export { type Isa, type Runtime, runtime } from './runtime.ts';
export * from './text.ts';
