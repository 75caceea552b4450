import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { msgpack, runtime } from 'lanewise';
import { lanewise, start } from './helpers.ts';

const DOCUMENT = '{"a": [1, 2.50, 12345678901234567890],\n "s": "\\u00e9\\n\\"x", "":{"~/":null}}\n';
const MINIFIED = '{"a":[1,2.50,12345678901234567890],"s":"\\u00e9\\n\\"x","":{"~/":null}}';
const LOG = 'an error\nall well\r\na warning, an Error\nÄRGER';

const home = mkdtempSync(join(tmpdir(), 'lanewise-cli-'));
after(() => rmSync(home, { recursive: true }));
writeFileSync(join(home, 'a.json'), DOCUMENT);
writeFileSync(join(home, 'bad.json'), '{"a":\n [1,,2]}');
writeFileSync(join(home, 'bad.ndjson'), '1\n[1 2]');
writeFileSync(join(home, 'log'), LOG);
writeFileSync(join(home, 'quiet'), 'all well\n');

interface Case {
  readonly title: string;
  readonly run: readonly string[];
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly code?: number;
  readonly stdout?: string | Uint8Array | RegExp;
  readonly stderr?: string | RegExp;
}

const CASES: readonly Case[] = [
  { title: 'json validate says nothing about what is valid', run: ['json', 'validate', 'a.json'], stdout: '' },
  { title: 'json validate reads standard input', run: ['json', 'validate'], input: '[]', stdout: '' },
  { title: "json validate reads standard input as '-'", run: ['json', 'validate', '-'], input: '[]', stdout: '' },
  {
    title: 'json validate places a fault by offset, line and column',
    run: ['json', 'validate', 'bad.json'],
    code: 1,
    stderr: 'lanewise: bad.json: a byte that cannot stand here in JSON at offset 10 (line 2, column 5) [LW_JSON_UNEXPECTED]\n',
  },
  {
    title: 'json validate names standard input',
    run: ['json', 'validate'],
    input: '{"a":[1,',
    code: 1,
    stderr: 'lanewise: (standard input): JSON input ends early at offset 8 (line 1, column 9) [LW_JSON_END]\n',
  },
  {
    title: 'json validate refuses 10,000 brackets',
    run: ['json', 'validate'],
    input: '['.repeat(10_000),
    code: 1,
    stderr: /at offset 1024 .*\[LW_DEPTH\]\n$/,
  },
  {
    title: 'json validate refuses bad UTF-8',
    run: ['json', 'validate'],
    input: Uint8Array.of(0x22, 0xff, 0x22),
    code: 1,
    stderr: /at offset 1 .*\[LW_UTF8\]\n$/,
  },
  { title: 'json minify prints one line', run: ['json', 'minify', 'a.json'], stdout: `${MINIFIED}\n` },
  {
    title: 'json minify prints nothing of what is invalid',
    run: ['json', 'minify', 'bad.json'],
    code: 1,
    stdout: '',
    stderr: /LW_JSON_UNEXPECTED/,
  },
  { title: 'json get prints a value as it is spelled', run: ['json', 'get', '/a', 'a.json'], stdout: '[1, 2.50, 12345678901234567890]\n' },
  { title: 'json get prints a string as JSON', run: ['json', 'get', '/s', 'a.json'], stdout: '"\\u00e9\\n\\"x"\n' },
  { title: 'json get -r prints the characters of a string', run: ['json', 'get', '-r', '/s', 'a.json'], stdout: 'é\n"x\n' },
  { title: 'json get -r prints anything else as it is', run: ['json', 'get', '-r', '/a/1', 'a.json'], stdout: '2.50\n' },
  { title: 'json get takes the escapes of a pointer', run: ['json', 'get', '//~0~1', 'a.json'], stdout: 'null\n' },
  { title: 'json get prints the whole for the empty pointer', run: ['json', 'get', ''], input: ' [1] ', stdout: '[1]\n' },
  {
    title: 'json get ends with 1 without a value',
    run: ['json', 'get', '/b', 'a.json'],
    code: 1,
    stdout: '',
    stderr: "lanewise: a.json: there is no value at '/b'\n",
  },
  {
    title: 'json get ends with 2 for a malformed pointer',
    run: ['json', 'get', 'a', 'a.json'],
    code: 2,
    stderr: 'lanewise: a malformed JSON Pointer at offset 0 [LW_POINTER]\n',
  },
  {
    title: 'msgpack from-json writes bytes and nothing else',
    run: ['msgpack', 'from-json'],
    input: ' {"a":[1,"é"]}\n',
    stdout: msgpack.encode({ a: [1, 'é'] }),
  },
  {
    title: 'msgpack from-json places a fault',
    run: ['msgpack', 'from-json', 'bad.json'],
    code: 1,
    stdout: '',
    stderr: /^lanewise: bad\.json: .* at offset 10 .*\[LW_JSON_UNEXPECTED\]\n$/,
  },
  {
    title: 'msgpack to-json prints one line',
    run: ['msgpack', 'to-json'],
    input: msgpack.encode([2n ** 64n - 1n, null]),
    stdout: '[18446744073709551615,null]\n',
  },
  {
    title: 'msgpack from-ndjson writes a value for each line',
    run: ['msgpack', 'from-ndjson'],
    input: '{"a":1}\r\n\n[2]',
    stdout: Buffer.concat([msgpack.encode({ a: 1 }), msgpack.encode([2])]),
  },
  {
    title: 'msgpack from-ndjson writes what comes before a fault, and places it',
    run: ['msgpack', 'from-ndjson', 'bad.ndjson'],
    code: 1,
    stdout: msgpack.encode(1),
    stderr: 'lanewise: bad.ndjson: a byte that cannot stand here in JSON at offset 5 (line 2, column 4) [LW_JSON_UNEXPECTED]\n',
  },
  {
    title: 'msgpack to-ndjson writes a line for each value',
    run: ['msgpack', 'to-ndjson', '-'],
    input: Buffer.concat([msgpack.encode({ a: 1 }), msgpack.encode([2])]),
    stdout: '{"a":1}\n[2]\n',
  },
  {
    title: 'msgpack to-ndjson places a fault',
    run: ['msgpack', 'to-ndjson'],
    input: Uint8Array.of(0x91, 0x01, 0x92, 0x02),
    code: 1,
    stderr: 'lanewise: (standard input): MessagePack input ends early at offset 4 [LW_MSGPACK_END]\n',
  },
  { title: 'msgpack to-ndjson of nothing is nothing', run: ['msgpack', 'to-ndjson'], input: '', stdout: '' },
  {
    title: 'a folder is no NDJSON',
    run: ['msgpack', 'from-ndjson', '.'],
    code: 2,
    stderr: 'lanewise: .: illegal operation on a directory\n',
  },
  {
    title: 'a missing file ends with 2',
    run: ['msgpack', 'to-ndjson', 'no'],
    code: 2,
    stderr: 'lanewise: no: no such file or directory\n',
  },
  {
    title: 'msgpack to-json refuses a length of 4 GiB on 6 bytes',
    run: ['msgpack', 'to-json'],
    input: Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff, 0),
    code: 1,
    stderr: 'lanewise: (standard input): MessagePack input ends early at offset 6 [LW_MSGPACK_END]\n',
  },
  {
    title: 'match prints the lines that match',
    run: ['match', '-e', 'error', '-e', 'warn', 'log'],
    stdout: 'an error\na warning, an Error\n',
  },
  { title: 'match prints the end of an unfinished line', run: ['match', '-e', 'RGER', 'log'], stdout: 'ÄRGER\n' },
  { title: 'match keeps a carriage return', run: ['match', '-e', 'well', 'log'], stdout: 'all well\r\n' },
  { title: 'match reads standard input', run: ['match', '-e', 'b'], input: 'a\nb\nc', stdout: 'b\n' },
  {
    title: 'match -i folds case',
    run: ['match', '-i', '-e', 'ERROR', '-e', 'ärger', 'log'],
    stdout: 'an error\na warning, an Error\nÄRGER\n',
  },
  { title: 'match -c counts lines, not matches', run: ['match', '-c', '-i', '-e', 'a', 'log'], stdout: '3\n' },
  { title: 'match -n numbers lines', run: ['match', '-n', '-e', 'warn', '-e', 'RG', 'log'], stdout: '3:a warning, an Error\n4:ÄRGER\n' },
  {
    title: 'match -o prints each match',
    run: ['match', '-o', '-n', '-e', 'an', '-e', 'rror', 'log'],
    stdout: '1:an\n1:rror\n3:an\n3:rror\n',
  },
  {
    title: 'match names the files when there are several',
    run: ['match', '-n', '-e', 'well', 'log', 'quiet'],
    stdout: 'log:2:all well\r\nquiet:1:all well\n',
  },
  {
    title: 'match -c names the files when there are several',
    run: ['match', '-c', '-e', 'error', 'log', 'quiet', '-'],
    input: 'error',
    stdout: 'log:1\nquiet:0\n(standard input):1\n',
  },
  {
    title: 'match takes a line end for the end of a pattern',
    run: ['match', '-e', 'warn\nRGER', 'log'],
    stdout: 'a warning, an Error\nÄRGER\n',
  },
  { title: 'match ends with 1 when nothing matches', run: ['match', '-e', 'fatal', 'log'], code: 1, stdout: '' },
  {
    title: 'match goes on after a file that it cannot read, and ends with 2',
    run: ['match', '-e', 'well', 'none', 'quiet'],
    code: 2,
    stdout: 'quiet:all well\n',
    stderr: 'lanewise: none: no such file or directory\n',
  },
  {
    title: 'match wants a pattern',
    run: ['match', 'log'],
    code: 2,
    stderr: /^lanewise: say what to look for: '-e' or '-f'\n/,
  },
  {
    title: 'a file that is not there ends with 2',
    run: ['json', 'validate', 'none'],
    code: 2,
    stderr: 'lanewise: none: no such file or directory\n',
  },
  { title: 'a folder ends with 2', run: ['msgpack', 'to-json', '.'], code: 2, stderr: 'lanewise: .: illegal operation on a directory\n' },
  { title: 'info prints runtime()', run: ['info'], stdout: `${JSON.stringify(runtime(), null, 2)}\n` },
  { title: '--version prints the version', run: ['--version'], stdout: `${runtime().version}\n` },
  { title: '--help documents the exit codes', run: ['--help'], stdout: /gateway.*json.*msgpack.*match.*info.*Exit codes:/s },
  { title: 'no command shows the help, and ends with 2', run: [], code: 2, stderr: /^Usage: lanewise/ },
  { title: 'an unknown command ends with 2', run: ['jason'], code: 2, stderr: /^lanewise: unknown command 'jason'/ },
  { title: 'an unknown option ends with 2', run: ['info', '--all'], code: 2, stderr: /^lanewise: unknown option '--all'/ },
  {
    title: 'an unknown ISA ends with 2 and the known names',
    run: ['info'],
    env: { LANEWISE_ISA: 'mmx' },
    code: 2,
    stderr: /^lanewise: [^\n]*mmx[^\n]*scalar[^\n]*\[LW_ISA\]\n$/,
  },
  {
    title: 'an unknown backend ends with 2 and the known names',
    run: ['info'],
    env: { LANEWISE_BACKEND: 'gpu' },
    code: 2,
    stderr: /^lanewise: [^\n]*gpu[^\n]*native, wasm[^\n]*\[LW_BACKEND\]\n$/,
  },
  { title: '--help works where no backend does', run: ['--help'], env: { LANEWISE_BACKEND: 'gpu' }, stdout: /^Usage/ },
];

describe('lanewise', () => {
  for (const { title, run, input = '', env = {}, code = 0, stdout, stderr = '' } of CASES) {
    it(title, async () => {
      const outcome = await lanewise(run, { input, env, cwd: home });
      if (stderr instanceof RegExp) assert.match(outcome.stderr, stderr);
      else assert.equal(outcome.stderr, stderr);
      assert.equal(outcome.code, code);
      if (stdout instanceof RegExp) assert.match(outcome.stdout.toString(), stdout);
      else if (stdout !== undefined) assert.deepEqual(outcome.stdout, Buffer.from(stdout as string));
    });
  }

  it('reads 64 MB of standard input in linear time', async () => {
    const input = Buffer.alloc(64 << 20, ' ');
    input.write('[', 0);
    input.write(']', input.length - 1);
    const startedAt = performance.now();
    const { code, stdout } = await lanewise(['json', 'minify'], { input });
    assert.deepEqual([code, stdout.toString()], [0, '[]\n']);
    assert.ok(performance.now() - startedAt < 30_000);
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const child = start(['match', '-e', 'x']);
    const stderr: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end('x\n'.repeat(5_000_000));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.deepEqual([code, Buffer.concat(stderr).toString()], [0, '']);
  });
});
