import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type GatewayConfig, readConfigFile, serve } from 'lanewise/gateway';
import { ask, ITERATIONS, start } from './helpers.ts';

const route = (parts: object) => ({ routes: [{ path: '/a', ...parts }] });

/** What a config says, and what is said about it. */
const WRONG: readonly (readonly [config: unknown, message: string])[] = [
  [undefined, 'the config: Expected an object'],
  [[], 'the config: Expected an object'],
  [{ listen: 8080 }, 'listen: Expected an object'],
  [{ listen: { port: '8080' } }, 'listen.port: Expected number but received "8080"'],
  [{ listen: { port: 65536 } }, 'listen.port: Expected <=65535 but received 65536'],
  [{ listen: { port: 80.5 } }, 'listen.port: Expected an integer'],
  [{ listen: { host: '' } }, 'listen.host: Expected a name or an address'],
  [{ listen: { prot: 1 } }, "listen.prot: is no known key; did you mean 'port'?"],
  [{ Routes: [] }, "Routes: is no known key; did you mean 'routes'?"],
  [{ colour: 'red' }, 'colour: is no known key'],
  [{ iteration: 'v0.9' }, `iteration: Expected (${ITERATIONS.map((name) => JSON.stringify(name)).join(' | ')}) but received "v0.9"`],
  [{ limits: { bodyBytes: 0 } }, 'limits.bodyBytes: Expected >=1 but received 0'],
  [{ limits: { idleMs: 2 ** 31 } }, 'limits.idleMs: Expected <=2147483647 but received 2147483648'],
  [{ limits: { bodySize: 1 } }, 'limits.bodySize: is no known key'],
  [{ routes: {} }, 'routes: Expected Array but received Object'],
  [{ routes: ['/a'] }, 'routes.0: Expected an object with exactly one of the keys echo, respond, search, handler'],
  [route({}), 'routes.0: Expected an object with exactly one of the keys echo, respond, search, handler'],
  [
    route({ echo: true, search: { patterns: [] } }),
    'routes.0: Expected an object with exactly one of the keys echo, respond, search, handler',
  ],
  [{ routes: [{ echo: true }] }, 'routes.0.path: is missing'],
  [route({ echo: false }), 'routes.0.echo: Expected true, or an object with `select`'],
  [route({ echo: null }), 'routes.0.echo: Expected an object'],
  [route({ echo: { selct: {} } }), "routes.0.echo.selct: is no known key; did you mean 'select'?"],
  [route({ echo: { select: ['/a'] } }), 'routes.0.echo.select: Expected an object'],
  [route({ echo: { select: { a: 7 } } }), 'routes.0.echo.select.a: Expected string but received 7'],
  [route({ echo: { select: { a: '/a', b: 'b' } } }), 'routes.0.echo.select.b: '],
  [route({ echo: { select: { a: '$[' } } }), 'routes.0.echo.select.a: '],
  [route({ echo: { select: { '\ud800': '/a' } } }), 'routes.0.echo.select.\ud800: the name "\\ud800" has a lone surrogate'],
  [route({ handler: () => ({}), stream: 1 }), 'routes.0.stream: Expected boolean but received 1'],
  [{ threads: 0 }, 'threads: Expected >=1 but received 0'],
  [{ threads: 1.5 }, 'threads: Expected an integer'],
  [{ threads: 2, iteration: 'v0.3' }, 'threads: v0.3 runs on node:http, v0.4 and newer have it'],
  [{ jsWorkers: '2' }, 'jsWorkers: Expected number but received "2"'],
  [{ jsWorkers: 2, iteration: 'v0.1' }, 'jsWorkers: v0.1 runs on node:http, v0.4 and newer have it'],
  [{ io: 'kqueue' }, 'io: Expected ("epoll" | "uring" | "auto") but received "kqueue"'],
  [{ io: 'uring', iteration: 'v0.2' }, 'io: v0.2 runs on node:http, v0.4 and newer have it'],
  [{ log: 'xml' }, "log: Expected true, false, 'json' or 'pretty'"],
  [route({ echo: true, methods: 'GET' }), "routes.0.methods: is no known key; did you mean 'method'?"],
  [route({ echo: true, method: 'FETCH' }), "routes.0.method: 'FETCH' cannot be served"],
  [route({ echo: true, method: 'CONNECT' }), "routes.0.method: 'CONNECT' cannot be served"],
  [route({ handler: '() => 1' }), 'routes.0.handler: Expected Function but received "() => 1"'],
  [route({ respond: {} }), 'routes.0.respond.body: is missing'],
  [route({ respond: { body: 1 } }), 'routes.0.respond.body: Expected a string or a Uint8Array'],
  [route({ respond: { body: '', status: 101 } }), 'routes.0.respond.status: Expected >=200 but received 101'],
  [route({ respond: { body: 'x', status: 204 } }), 'routes.0.respond.body: an answer with status 204 has none'],
  [route({ respond: { body: 'x', type: 'a\nb' } }), 'routes.0.respond.type: Invalid character in header content ["content-type"]'],
  [route({ search: { patterns: 'error' } }), 'routes.0.search.patterns: Expected Array but received "error"'],
  [route({ search: { patterns: ['a', 1] } }), 'routes.0.search.patterns.1: Expected string but received 1'],
  [route({ search: { patterns: ['a', ''] } }), 'routes.0.search.patterns: an empty pattern'],
  [route({ echo: true, path: 'a' }), "routes.0.path: a path starts with '/'"],
  [route({ echo: true, path: '/a/*/b' }), "routes.0.path: '*' stands alone, at the end of the path"],
  [route({ echo: true, path: '/a*' }), "routes.0.path: '*' stands alone, at the end of the path"],
  [route({ echo: true, path: '/:1' }), "routes.0.path: ':1' is no name: a letter or '_', then letters, digits or '_'"],
  [route({ echo: true, path: '/:a/:a' }), 'routes.0.path: a name stands twice in the path'],
  [route({ echo: true, path: '/a b' }), "routes.0.path: 'a b' has characters that a path holds only percent-encoded"],
  [route({ echo: true, path: '/a?b' }), "routes.0.path: 'a?b' has characters that a path holds only percent-encoded"],
  [route({ echo: true, path: '/stats' }), "routes.0.path: '/stats' is always there, as the gateway's own"],
  [
    {
      routes: [
        { path: '/a', echo: true },
        { path: 'b', echo: true },
      ],
    },
    "routes.1.path: a path starts with '/'",
  ],
];

describe('a config', () => {
  for (const [config, message] of WRONG) {
    it(`is refused: ${message}`, async () => {
      const wanted = `gateway config: ${message}`;
      // What the engine says of a selector is its own concern.
      const isThis = (error: Error) =>
        error instanceof TypeError &&
        (wanted.endsWith(': ') ? error.message.startsWith(wanted) && error.message > wanted : error.message === wanted);
      await assert.rejects(serve(config as GatewayConfig), isThis);
    });
  }

  it('is told all its wrong keys at once', async () => {
    const config = { listen: { port: -1 }, limits: { headMs: 'long' } } as unknown as GatewayConfig;
    await assert.rejects(serve(config), (error: Error) => error.message.includes('listen.port') && error.message.includes('limits.headMs'));
  });

  it('serves the route that comes first', async () => {
    const gateway = await start('v0.3', {
      routes: [
        { path: '/a', method: 'GET', respond: { body: 'first' } },
        { path: '/*', respond: { body: 'any' } },
        { path: '/a', respond: { body: 'never' } },
      ],
    });
    assert.equal((await ask(gateway.url, { path: '/a' })).body.toString(), 'first');
    assert.equal((await ask(gateway.url, { method: 'PUT', path: '/a' })).body.toString(), 'any');
    assert.equal((await ask(gateway.url, { path: '/' })).body.toString(), 'any');
    assert.equal((await ask(gateway.url, { path: '/healthz' })).body.toString(), '{"status":"ok"}');
    await gateway.close();
  });
});

describe('a config file', () => {
  const home = mkdtempSync(join(tmpdir(), 'lanewise-config-'));
  const write = (name: string, text: string) => {
    const file = join(home, name);
    writeFileSync(file, text);
    return file;
  };
  after(() => rmSync(home, { recursive: true }));

  it('may be JSON', async () => {
    assert.deepEqual(await readConfigFile(write('a.json', '{"listen":{"port":1}}')), { listen: { port: 1 } });
  });

  it('may be a module, with handlers', async () => {
    const config = await readConfigFile(write('b.mjs', "export default { routes: [{ path: '/', handler: () => ({ body: 'hi' }) }] };"));
    const gateway = await start('v0.3', config);
    assert.equal((await ask(gateway.url, {})).body.toString(), 'hi');
    await gateway.close();
  });

  it('may be TypeScript where Node reads it, and says so where not', async () => {
    const file = write('c.mts', 'const port: number = 2; export default { listen: { port } };');
    if ((process.features as { typescript?: unknown }).typescript) assert.deepEqual(await readConfigFile(file), { listen: { port: 2 } });
    else
      await assert.rejects(readConfigFile(file), /cannot import TypeScript: use Node 22\.18 or newer, or a config in JavaScript or JSON$/);
  });

  it('is refused when it is something else', async () => {
    await assert.rejects(readConfigFile(write('d.json', '{"listen":')), { code: 'LW_JSON_END', offset: 10 });
    await assert.rejects(readConfigFile(write('e.json', '[]')), /a config is an object/);
    await assert.rejects(readConfigFile(write('f.mjs', 'export const a = 1;')), /it has no default export/);
    await assert.rejects(readConfigFile(write('g.yaml', 'a: 1')), /a config file ends in \.json, \.js, \.mjs, \.ts, \.mts/);
    await assert.rejects(readConfigFile(join(home, 'h.json')), { code: 'ENOENT' });
  });
});
