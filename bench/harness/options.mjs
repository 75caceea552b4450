import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What each suite is for, in the order in which the help lists them. */
export const SUITES = {
  boundary: 'every call of the facade against the best plain-JS way, from 0 B to 1 MiB',
  json: 'validate, isValid, parse, minify, canonicalize, patch, get on documents',
  query: 'Query on a document, and on 100 MB of NDJSON',
  'json-rust': 'validate, minify, get against simdjson, sonic-rs and others, in Rust',
  'msgpack-rust': 'fromJson, toJson against serde_transcode over serde_json and rmp-serde, in Rust',
  'text-rust': 'literals against memchr, aho-corasick, daachorse, regex, Hyperscan, StringZilla, in Rust',
  msgpack: 'encode, decode, fromJson, toJson against msgpackr and @msgpack/msgpack',
  serialization: 'the 1 KB log object by MessagePack, JSON, protobuf, CBOR, Avro and others, in JavaScript and in Rust',
  text: 'Matcher, testBatch, indexOf, lines, UTF-8 against what V8 and Node have, and against libraries',
  gateway: 'the iterations of the gateway and its peers under load: CPU time a reply, latency, system calls, memory',
};

const HELP = `usage: npm run bench -- <suite> [options]

suites
${Object.entries(SUITES)
  .map(([name, purpose]) => `  ${name.padEnd(14)}${purpose}`)
  .join('\n')}

options
  --quick         fewer and shorter rounds: enough to see a direction, not to quote
  --only TEXT     only the cases whose name contains TEXT
  --json FILE     also write one record a contender
  --node 24|26    run under that Node, from npm, kept outside the repository
  --bun           run under Bun, from npm as well
  --dist FOLDER   measure this build (default: dist)
  --servers NAMES gateway: only the servers whose name contains one of NAMES, separated by commas
  --write         gateway: put the table of the iterations into docs/iterations.md
`;

/**
 * @typedef {object} Options
 * @property {keyof typeof SUITES} suite
 * @property {boolean} quick
 * @property {string} only part of a case's name; '' takes all
 * @property {string | undefined} json where records go
 * @property {string | undefined} node major version of the Node to run under
 * @property {boolean} bun whether to run under Bun
 * @property {string} dist folder of the build that is measured
 * @property {string[]} servers parts of their names; [''] takes all
 * @property {boolean} write whether the table of the iterations goes into its document
 */

/** The command line was wrong; `message` says how in one line. */
export class UsageError extends Error {}

/**
 * Reads the command line.
 *
 * @param {string[]} args
 * @returns {Options | string} the help text when that was asked for
 * @throws {UsageError}
 */
export function readOptions(args) {
  const { values, positionals } = parse(args);
  if (values.help) return HELP;
  const [suite, ...rest] = positionals;
  if (suite === undefined || !Object.hasOwn(SUITES, suite) || rest.length > 0) {
    throw new UsageError(`name one suite: ${Object.keys(SUITES).join(', ')} (--help says more)`);
  }
  return {
    suite: /** @type {keyof typeof SUITES} */ (suite),
    quick: values.quick ?? false,
    only: values.only ?? '',
    json: values.json && resolve(values.json),
    node: values.node,
    bun: values.bun ?? false,
    dist: resolve(values.dist ?? new URL('../../dist', import.meta.url).pathname),
    servers: (values.servers ?? '').split(',').map((name) => name.trim()),
    write: values.write ?? false,
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        quick: { type: 'boolean' },
        only: { type: 'string' },
        json: { type: 'string' },
        node: { type: 'string' },
        bun: { type: 'boolean' },
        dist: { type: 'string' },
        servers: { type: 'string' },
        write: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}
