/** What gets bundled: the one list of entries. A key is the output's path under `dist/` without `.js`, a value the source. */

/** Run by Node: native first, WASM where that is missing. They share chunks, so that all of them share one facade. */
export const NODE_ENTRIES = {
  'node/index': 'ts/entry/node/index.ts',
  'node/text': 'ts/entry/node/text.ts',
  'node/json': 'ts/entry/node/json.ts',
  'node/msgpack': 'ts/entry/node/msgpack.ts',
  'node/testing': 'ts/entry/node/testing.ts',
  'node/gateway': 'ts/entry/node/gateway.ts',
  'node/gateway-worker': 'ts/gateway/native/worker.ts',
  cli: 'ts/cli/main.ts',
  'node/cli-worker': 'ts/cli/match/worker.ts',
};

/** WASM alone, under Node: nothing native. */
export const WASM_ENTRIES = {
  'wasm/index': 'ts/entry/wasm/index.ts',
};

/** WASM alone, with nothing of Node. */
export const BROWSER_ENTRIES = {
  'browser/index': 'ts/entry/browser/index.ts',
  'browser/text': 'ts/entry/browser/text.ts',
  'browser/json': 'ts/entry/browser/json.ts',
  'browser/msgpack': 'ts/entry/browser/msgpack.ts',
  'browser/testing': 'ts/entry/browser/testing.ts',
};
