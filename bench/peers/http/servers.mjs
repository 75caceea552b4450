/** The HTTP servers that the gateway is compared with, one runner each: what each can be asked for, and how it is built and run. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { starts } from '../../gateway/machine.mjs';
import { Unmeasured } from '../../gateway/server.mjs';
import { bunExecutable, NEWEST_NODE, nodeExecutable } from '../../harness/other-runtime.mjs';
import { build } from '../../harness/rust.mjs';
import { freePort } from './service.mjs';

/** @typedef {import('../../gateway/server.mjs').Definition} Definition */

const PROBE = new URL('../../gateway/gc-probe.mjs', import.meta.url).href;
const GO = fileURLToPath(new URL('../go', import.meta.url));
const GO_PROGRAM = fileURLToPath(new URL('../../../target/bench/go/fasthttp', import.meta.url));
const NGINX_FOLDER = fileURLToPath(new URL('../../../target/bench/nginx', import.meta.url));
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join(' ');
/** Unlike its defaults: connections are not closed after 1,000 requests, there may be many, and its files are kept in one folder. */
const NGINX = (/** @type {number} */ port) => `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events { worker_connections 16384; }
http {
  access_log off;
  ${TEMPORARY}
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    default_type application/json;
    location / { return 200 '{"message":"hello"}'; }
  }
}
`;

/** @type {readonly Definition[]} */
export const PEERS = [
  {
    name: 'raw epoll',
    works: ['get', 'sync', 'post'],
    command: () => ({ run: [rust('raw-epoll')], readsBodies: false }),
  },
  { name: 'hyper + sonic-rs', works: ['get', 'post'], command: () => ({ run: [rust('hyper')] }) },
  { name: 'hyper + sonic-rs Value', works: ['post'], command: () => ({ run: [rust('hyper'), 'value'] }) },
  { name: 'may_minihttp', works: ['get'], command: () => ({ run: [rust('may-minihttp')] }) },
  { name: 'fasthttp + sonic', works: ['get', 'post'], command: () => ({ run: [go()], env: { GOMAXPROCS: '1' } }) },
  { name: 'nginx', works: ['get'], command: nginx },
  {
    name: 'Bun',
    works: ['get', 'sync', 'async', 'post', 'convert'],
    command: () => ({ run: [found('Bun', bunExecutable), runner('bun.mjs')] }),
  },
  ...nodePeers(),
  { name: 'Fastify', works: ['get', 'sync', 'async', 'post'], command: () => underNode(process.execPath, 'fastify.mjs') },
  {
    name: 'brahma-firelight',
    works: ['get', 'sync', 'async', 'post'],
    command: () => underNode(process.execPath, 'brahma-firelight.mjs'),
  },
];

/** node:http under the Node that runs us, and under the newest that the benchmarks know. @returns {Definition[]} */
function nodePeers() {
  const make = (/** @type {string} */ major, /** @type {() => string} */ executable) => ({
    name: `node:http, Node ${major}`,
    works: /** @type {const} */ (['get', 'sync', 'async', 'post', 'convert']),
    command: () => underNode(found(`Node ${major}`, executable), 'node.mjs'),
  });
  const ours = /** @type {string} */ (process.versions.node.split('.')[0]);
  const newest = make(NEWEST_NODE, () => (ours === NEWEST_NODE ? process.execPath : nodeExecutable(NEWEST_NODE)));
  return ours === NEWEST_NODE ? [newest] : [make(ours, () => process.execPath), newest];
}

/** @param {string} node @param {string} file @returns {import('../../gateway/server.mjs').Command} */
function underNode(node, file) {
  return { run: [node, '--import', PROBE, runner(file)], probed: true };
}

/** @param {string} file */
function runner(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** @param {string} program @returns {string} */
function rust(program) {
  return join(
    found('its crates', () => build('http-peers', ['-C', 'target-cpu=native'])),
    program,
  );
}

/** @returns {string} */
function go() {
  if (!starts('go')) throw new Unmeasured('Go is not installed');
  return found('its modules', () => {
    execFileSync('go', ['build', '-trimpath', '-o', GO_PROGRAM, '.'], { cwd: GO, stdio: ['ignore', process.stderr, process.stderr] });
    return GO_PROGRAM;
  });
}

/** One process, which answers without a file. @returns {Promise<import('../../gateway/server.mjs').Command>} */
async function nginx() {
  if (!starts('nginx')) throw new Unmeasured('nginx is not installed');
  mkdirSync(NGINX_FOLDER, { recursive: true });
  const port = await freePort();
  writeFileSync(join(NGINX_FOLDER, 'nginx.conf'), NGINX(port));
  return { run: ['nginx', '-p', NGINX_FOLDER, '-c', 'nginx.conf', '-e', 'stderr'], url: `http://127.0.0.1:${port}` };
}

/** @param {string} what @param {() => string} get @returns {string} @throws {Unmeasured} when it cannot be fetched or built */
function found(what, get) {
  try {
    return get();
  } catch (error) {
    throw new Unmeasured(`${what} could not be had: ${/** @type {Error} */ (error).message.split('\n')[0]}`);
  }
}
