/**
 * The ways to serialize the structured log object, each as its documentation says it is fastest: what can be kept between calls is kept.
 *
 * A format with a schema takes and gives an object of its own, made before; `toPlain` says what that object says. Names in a schema are
 * identifiers, so a label has another one there.
 */
import { deserialize, serialize } from 'node:v8';
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import * as msgpackjs from '@msgpack/msgpack';
import avsc from 'avsc';
import { Encoder as CborEncoder } from 'cbor-x';
import { Packr } from 'msgpackr';
import protobufjs from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {any} value what `encode` takes
 * @property {(value: any) => Uint8Array | string} encode
 * @property {(bytes: any) => any} decode
 * @property {(value: any) => unknown} toPlain the log object that a decoded value says
 */

/** `ts` is a double: both libraries make an object or a BigInt of an integer of 64 bits. */
const PROTO = `
  syntax = "proto3";
  message LogRecord {
    string id = 1; double ts = 2; string level = 3; string service = 4; string message = 5;
    Request request = 6; Metadata metadata = 7; string detail = 8;
  }
  message Request { string method = 1; string path = 2; uint32 status = 3; double ms = 4; }
  message Metadata { string host = 1; uint32 pid = 2; User user = 3; Trace trace = 4; Labels labels = 5; repeated double timings = 6; }
  message User { uint32 id = 1; string name = 2; string email = 3; repeated string roles = 4; }
  message Trace { string id = 1; string span = 2; bool sampled = 3; optional string parent = 4; }
  message Labels { string region = 1; string version = 2; bool canary = 3; string name = 4; }
`;

/** @param {string} name @param {object} fields */
const record = (name, fields) => ({ type: 'record', name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) });
const strings = { type: 'array', items: 'string' };
const AVRO = record('LogRecord', {
  id: 'string',
  ts: 'double',
  level: 'string',
  service: 'string',
  message: 'string',
  request: record('Request', { method: 'string', path: 'string', status: 'int', ms: 'double' }),
  metadata: record('Metadata', {
    host: 'string',
    pid: 'int',
    user: record('User', { id: 'int', name: 'string', email: 'string', roles: strings }),
    trace: record('Trace', { id: 'string', span: 'string', sampled: 'boolean', parent: ['null', 'string'] }),
    labels: record('Labels', { region: 'string', version: 'string', canary: 'boolean', name: 'string' }),
    timings: { type: 'array', items: 'double' },
  }),
  detail: 'string',
});

const LABEL = 'app.kubernetes.io/name';

/** @param {any} value @returns {any} with identifiers alone for names; without `parent` where protobuf has no null */
function toSchema({ metadata, ...rest }, hasNull = true) {
  const { [LABEL]: name, ...labels } = metadata.labels;
  const { parent, ...trace } = metadata.trace;
  return { ...rest, metadata: { ...metadata, trace: hasNull ? { ...trace, parent } : trace, labels: { ...labels, name } } };
}

/** @param {any} message @returns {unknown} */
function fromSchema(message) {
  const { metadata, ...rest } = JSON.parse(JSON.stringify(message));
  const { name, ...labels } = metadata.labels;
  // protobuf leaves out what is false, and has no null.
  const trace = { sampled: false, parent: null, ...metadata.trace };
  return { ...rest, metadata: { ...metadata, trace, labels: { canary: false, ...labels, [LABEL]: name } } };
}

/** @param {any} message of @bufbuild/protobuf, which adds the name of its type @returns {unknown} */
function fromMessage(message) {
  return fromSchema(JSON.parse(JSON.stringify(message, (key, value) => (key === '$typeName' ? undefined : value))));
}

/**
 * All of them, ours first.
 *
 * @param {import('../harness/suite.mjs').Facade} facade @param {unknown} value the log object
 * @returns {Contender[]}
 */
export function contenders({ Encoder, Decoder }, value) {
  const plain = (/** @type {any} */ decoded) => decoded;
  const ours = { encoder: new Encoder(), decoder: new Decoder() };
  const packr = new Packr({ useRecords: false, int64AsType: 'number' });
  const recordPackr = new Packr({ structures: [] });
  const official = { encoder: new msgpackjs.Encoder(), decoder: new msgpackjs.Decoder() };
  const cbor = new CborEncoder({ useRecords: false });
  const recordCbor = new CborEncoder({ structures: [] });
  const avro = avsc.Type.forSchema(/** @type {any} */ (AVRO));
  const { root } = protobufjs.parse(PROTO);
  const message = root.lookupType('LogRecord');
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet(root)));
  const schema = /** @type {import('@bufbuild/protobuf').DescMessage} */ (registry.getMessage('LogRecord'));
  return [
    { name: 'lanewise', value, encode: (it) => ours.encoder.encode(it), decode: (bytes) => ours.decoder.decode(bytes), toPlain: plain },
    { name: 'msgpackr', value, encode: (it) => packr.pack(it), decode: (bytes) => packr.unpack(bytes), toPlain: plain },
    {
      name: 'msgpackr, records',
      value,
      encode: (it) => recordPackr.pack(it),
      decode: (bytes) => recordPackr.unpack(bytes),
      toPlain: plain,
    },
    {
      name: '@msgpack/msgpack',
      value,
      encode: (it) => official.encoder.encode(it),
      decode: (bytes) => official.decoder.decode(bytes),
      toPlain: plain,
    },
    { name: 'JSON, string', value, encode: (it) => JSON.stringify(it), decode: (text) => JSON.parse(text), toPlain: plain },
    {
      name: 'JSON, Buffer',
      value,
      encode: (it) => Buffer.from(JSON.stringify(it)),
      decode: (bytes) => JSON.parse(bytes.toString()),
      toPlain: plain,
    },
    { name: 'v8.serialize', value, encode: (it) => serialize(it), decode: (bytes) => deserialize(bytes), toPlain: plain },
    {
      name: 'protobufjs',
      value: message.create(toSchema(value, false)),
      encode: (it) => message.encode(it).finish(),
      decode: (bytes) => message.decode(bytes),
      toPlain: fromSchema,
    },
    {
      name: '@bufbuild/protobuf',
      value: create(schema, toSchema(value, false)),
      encode: (it) => toBinary(schema, it),
      decode: (bytes) => fromBinary(schema, bytes),
      toPlain: fromMessage,
    },
    { name: 'cbor-x', value, encode: (it) => cbor.encode(it), decode: (bytes) => cbor.decode(bytes), toPlain: plain },
    { name: 'cbor-x, records', value, encode: (it) => recordCbor.encode(it), decode: (bytes) => recordCbor.decode(bytes), toPlain: plain },
    {
      name: 'avsc',
      value: toSchema(value),
      encode: (it) => avro.toBuffer(it),
      decode: (bytes) => avro.fromBuffer(bytes),
      toPlain: fromSchema,
    },
  ];
}

/** What `protoc --descriptor_set_out` would have written. @param {import('protobufjs').Root} root @returns {Uint8Array} */
function descriptorSet(root) {
  const set = /** @type {any} */ (root).toDescriptor('proto3');
  return /** @type {any} */ (descriptor).FileDescriptorSet.encode(set).finish();
}
