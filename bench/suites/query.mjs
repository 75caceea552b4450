/** Query: JSONPath and pointers on a document, columns of NDJSON. */
import { document } from '../data/documents.mjs';
import { logObject, ndjson } from '../data/logs.mjs';
import { parseBuffer, query as queryPeers } from '../peers/json.mjs';
import * as msgpackPeers from '../peers/msgpack.mjs';
import { columns as columnPeers } from '../peers/ndjson.mjs';
import { copies } from './copies.mjs';
import { lackOf } from './lack-of.mjs';

/** @typedef {import('../harness/suite.mjs').Case} Case */
/** @typedef {import('../harness/suite.mjs').Workload} Workload */
/** @typedef {(value: any) => unknown} Read */

const PATHS = ['$.statuses[*].user.screen_name', '$..id', '$.statuses[?@.retweet_count > 450].text'];
const NDJSON_BYTES = 100e6;
const NDJSON_BYTES_QUICK = 10e6;

/** Spread over the document; the last one needs all of it. @type {Readonly<Record<string, Read>>} */
const PICKED = {
  '/statuses/0/user/screen_name': ({ statuses }) => statuses[0].user.screen_name,
  '/statuses/0/entities/urls': ({ statuses }) => statuses[0].entities.urls,
  '/statuses/20/text': ({ statuses }) => statuses[20].text,
  '/statuses/50/id': ({ statuses }) => statuses[50].id,
  '/statuses/80/user/followers_count': ({ statuses }) => statuses[80].user.followers_count,
  '/statuses/110/lang': ({ statuses }) => statuses[110].lang,
  '/statuses/137/created_at': ({ statuses }) => statuses[137].created_at,
  '/search_metadata/query': ({ search_metadata }) => search_metadata.query,
};

/** @type {import('../harness/suite.mjs').Suite} */
export default {
  against: 'each',
  cases: (/** @type {any} a build may have less than the newest types say */ { Query }, quick) => [
    ...PATHS.flatMap((path) => [valuesCase(Query, path, 'all'), valuesCase(Query, path, 'path')]),
    ...pickCases(Query),
    ...msgpackCases(Query),
    ...columnCases(Query, quick ? NDJSON_BYTES_QUICK : NDJSON_BYTES),
  ],
};

/** @param {any} Query @param {string} path @param {'all' | 'path'} check @returns {Case} */
function valuesCase(Query, path, check) {
  return onStatuses(`Query.values ${path}, check ${check}`, methodLack(Query, 'values'), () => {
    const query = new Query(path);
    const peers = queryPeers(path);
    return {
      ours: (input) => query.values(input, 'json', { check }).value,
      peers,
      read: JSON.stringify,
      expected: (input) => JSON.stringify(Object.values(peers)[0]?.(input)),
    };
  });
}

/** @param {any} Query @returns {Case[]} */
function pickCases(Query) {
  const lacks = methodLack(Query, 'pick');
  const pointers = Object.keys(PICKED);
  const last = pointers.at(-1) ?? '';
  const options = { check: 'path' };
  const selectors = Object.fromEntries(pointers.map((pointer) => [pointer, pointer]));
  const pickAll = (/** @type {any} */ value) => Object.fromEntries(Object.entries(PICKED).map(([pointer, read]) => [pointer, read(value)]));
  return [
    onStatuses('Query.pick, 8 pointers, check path', lacks, () => {
      const query = new Query(selectors);
      return {
        ours: (input) => query.pick(input, 'json', options),
        peers: { 'JSON.parse(buffer)': (input) => pickAll(parseBuffer(input)) },
        read: JSON.stringify,
        expected: (input) => JSON.stringify(pickAll(JSON.parse(input))),
      };
    }),
    onStatuses('Query.pick, 8 pointers against the last of them alone', lacks, () => {
      const [query, alone] = [new Query(selectors), new Query({ [last]: last })];
      return {
        ours: (input) => query.pick(input, 'json', options),
        peers: { 'Query.pick, 1 pointer': (input) => alone.pick(input, 'json', options) },
        read: (picked) => JSON.stringify(picked[last]),
        expected: (input) => JSON.stringify(PICKED[last]?.(JSON.parse(input))),
      };
    }),
  ];
}

/** Two members of a document in MessagePack, against an object made of all of it. @param {any} Query @returns {Case[]} */
function msgpackCases(Query) {
  /** @param {string} name @param {() => unknown} load @param {Record<string, string>} selectors @param {Read} read @returns {Case[]} */
  const entry = (name, load, selectors, read) =>
    ['all', 'path'].map((check) => ({
      name: `Query.pick, 2 pointers, MessagePack ${name}, check ${check}`,
      lacks: methodLack(Query, 'pick'),
      sizes: [0],
      prepare: () => {
        const input = msgpackPeers.bytesOf(load());
        const query = new Query(selectors);
        const peers = Object.entries(msgpackPeers.decode).map(([library, decode]) => [
          `${library}, 2 members`,
          (bytes) => read(decode(bytes)),
        ]);
        return {
          size: input.length,
          inputs: copies(input),
          ours: (bytes) => query.pick(bytes, 'msgpack', { check }),
          peers: Object.fromEntries(peers),
          read: JSON.stringify,
          expected: (bytes) => JSON.stringify(read(msgpackPeers.decode['@msgpack/msgpack']?.(bytes))),
        };
      },
    }));
  return [
    ...entry('log object', logObject, { level: '/level', status: '/request/status' }, (/** @type {any} */ { level, request }) => ({
      level,
      status: request.status,
    })),
    ...entry(
      'statuses',
      () => JSON.parse(String(document('statuses'))),
      { lang: '/statuses/110/lang', query: '/search_metadata/query' },
      (/** @type {any} */ { statuses, search_metadata }) => ({ lang: statuses[110].lang, query: search_metadata.query }),
    ),
  ];
}

/**
 * What a caller wants of columns differs: some read them in place, some want an array with every string made.
 *
 * @param {any} Query @param {number} size @returns {Case[]}
 */
function columnCases(Query, size) {
  const lacks = methodLack(Query, 'columns');
  /** @param {string} name @param {(columns: any) => unknown} finish @returns {Case} */
  const entry = (name, finish) => ({
    name,
    lacks,
    sizes: [size],
    prepare: () => {
      const input = ndjson(size);
      const query = new Query({ id: '/id', ts: '/ts' });
      return {
        size: input.length,
        inputs: copies(input),
        ours: (bytes) => finish(query.columns(bytes)),
        peers: columnPeers,
        read: columnText,
        expected: (bytes) => columnText(columnPeers['split + JSON.parse']?.(bytes)),
      };
    },
  });
  return [
    entry('Query.columns id and ts, NDJSON', (columns) => columns),
    entry('Query.columns id and ts, every string made, NDJSON', (columns) => ({
      ids: columns.column('id').toArray(),
      ts: columns.column('ts').data,
    })),
  ];
}

/** @param {any} columns ours, or those of a peer */
function columnText(columns) {
  const [ids, ts] = 'ids' in columns ? [columns.ids, columns.ts] : ['id', 'ts'].map((name) => columns.column(name).toArray());
  return `${ids.join()}\n${ts.join()}`;
}

/** @param {string} name @param {string | undefined} lacks @param {() => Omit<Workload, 'inputs'>} work @returns {Case} */
function onStatuses(name, lacks, work) {
  return {
    name,
    lacks,
    sizes: [0],
    prepare: () => {
      const input = document('statuses');
      return { ...work(), size: input.length, inputs: copies(input) };
    },
  };
}

/** @param {any} Query @param {string} method */
function methodLack(Query, method) {
  return lackOf(Query?.prototype, 'Query', method);
}
