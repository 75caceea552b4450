import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { lanewise, type Outcome } from './helpers.ts';

/** More than is searched at once. */
const PIECE = 4 << 20;

const home = mkdtempSync(join(tmpdir(), 'lanewise-match-'));
after(() => rmSync(home, { recursive: true }));

/** Lines of which some match, longer in all than a piece, with a line in it that is longer than a piece. */
function longText(): string {
  const lines = Array.from({ length: 60_000 }, (_, i) => (i % 997 === 0 ? `the needle of line ${i}` : `line ${i} ${'x'.repeat(i % 90)}`));
  lines.splice(30_000, 0, `${'y'.repeat(PIECE + 12_345)} needle ${'z'.repeat(99)}`);
  return lines.join('\n');
}

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'one.txt': 'a needle here\nnothing\nNEEDLE and needle needle\n',
  'two.txt': 'needles\nunneedled\n_needle\nneedle-work, needle\n',
  'empty.txt': '',
  'blank.txt': '\n\nneedle\n\n',
  'unfinished.txt': 'x\nneedle',
  'windows.txt': 'needle\r\nx\r\n',
  'gaps.txt': 'one  two\none two\n one\n\none, two\nтри \nтри',
  'longest.txt': 'needle needlework needleworker\n',
  'ärger.txt': 'ÄRGER\närger\nStraße\n',
  'long.txt': longText(),
  'bytes.txt': Uint8Array.of(0xff, 0x6e, 0x0a, 0x6e, 0x80, 0x0a),
  binary: 'needle\0\nneedle\n',
  patterns: 'needle\nnothing\n',
  unterminated: 'needle\nnothing',
  none: '',
};
for (const [name, content] of Object.entries(FILES)) writeFileSync(join(home, name), content);
const TEXTS = ['one.txt', 'two.txt', 'empty.txt', 'blank.txt', 'unfinished.txt', 'windows.txt', 'longest.txt', 'long.txt'];

/** A repository with rules at two levels, one of which is taken back. */
const TREE: Readonly<Record<string, string>> = {
  '.git/config': 'needle',
  '.gitignore': '*.log\n/build/\n!kept.log\nnested/deep\n',
  '.hidden/file': 'needle',
  '.dotted': 'needle',
  'a.txt': 'needle',
  'a.log': 'needle',
  'build/out': 'needle',
  'src/build/kept': 'needle',
  'src/kept.log': 'needle',
  'src/.gitignore': 'kept.log\n!special.log\n*.tmp\n',
  'src/special.log': 'needle',
  'src/a.tmp': 'needle',
  'src/inner/a.tmp': 'needle',
  'src/inner/b': 'needle',
  'nested/deep/a': 'needle',
  'nested/other/a': 'needle',
  binary: 'needle\0',
};
for (const [name, content] of Object.entries(TREE)) {
  mkdirSync(dirname(join(home, 'tree', name)), { recursive: true });
  writeFileSync(join(home, 'tree', name), content);
}
symlinkSync('a.txt', join(home, 'tree/link'));
const WALKED = ['a.txt', 'nested/other/a', 'src/build/kept', 'src/inner/b', 'src/special.log'];

/** What both print the same of. */
const AS_GREP: readonly (readonly string[])[] = [
  ['-e', 'needle', ...TEXTS],
  ['-e', 'needle', 'one.txt'],
  ['-n', '-e', 'needle', ...TEXTS],
  ['-c', '-e', 'needle', ...TEXTS],
  ['-l', '-e', 'needle', ...TEXTS],
  ['-o', '-e', 'needle', '-e', 'needlework', ...TEXTS],
  ['-o', '-n', '-e', 'e', 'one.txt', 'two.txt'],
  ['-v', '-e', 'needle', ...TEXTS],
  ['-v', '-n', '-e', 'needle', ...TEXTS],
  ['-v', '-c', '-e', 'needle', ...TEXTS],
  ['-v', '-l', '-e', 'e', ...TEXTS],
  ['-v', '-o', '-e', 'needle', ...TEXTS],
  ['-w', '-e', 'needle', ...TEXTS],
  ['-w', '-o', '-n', '-e', 'needle', '-e', 'needles', ...TEXTS],
  ['-i', '-e', 'NEEDLE', ...TEXTS],
  ['-i', '-o', '-e', 'Ärger', 'ärger.txt'],
  ['-i', '-w', '-c', '-e', 'needle', ...TEXTS],
  ['-f', 'patterns', ...TEXTS],
  ['-f', 'unterminated', '-n', ...TEXTS],
  ['-f', 'none', 'one.txt'],
  ['-f', 'none', '-e', 'nothing', 'one.txt'],
  ['-h', '-n', '-e', 'needle', ...TEXTS],
  ['-H', '-e', 'needle', 'one.txt'],
  ['-c', '-e', 'needle', 'binary'],
  ['-l', '-e', 'needle', 'binary'],
  ['-a', '-e', 'needle', 'binary'],
  ['-a', '-o', '-e', 'n', 'bytes.txt'],
  ['-e', 'absent', ...TEXTS],
  ['-n', '-e', '', ...TEXTS],
  ['-f', 'blank.txt', 'one.txt', 'empty.txt'],
  ['-c', '-e', 'absent', '-e', '', ...TEXTS],
  ['-l', '-e', '', ...TEXTS],
  ['-v', '-e', '', ...TEXTS],
  ['-o', '-n', '-e', '', '-e', 'work', 'two.txt', 'longest.txt'],
  ['-w', '-n', '-e', '', ...TEXTS, 'gaps.txt'],
  ['-w', '-v', '-e', '', 'gaps.txt'],
  ['-w', '-n', '-e', '', '-e', 'two', 'gaps.txt'],
  ['-l', '-e', '', 'binary'],
];
const GREP = spawnSync('grep', ['--version'], { encoding: 'utf8' }).stdout ?? '';

function match(args: readonly string[], input?: string | Uint8Array): Promise<Outcome> {
  return lanewise(['match', ...args], { cwd: home, ...(input !== undefined && { input }) });
}

async function names(args: readonly string[], folder = 'tree/'): Promise<string[]> {
  const { stdout } = await match(['-l', '-e', 'needle', ...args]);
  return stdout
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((name) => name.replace(folder, ''));
}

describe('lanewise match', () => {
  for (const args of AS_GREP) {
    it(`prints what grep prints: ${args.slice(0, 8).join(' ')}`, {
      skip: !GREP.includes('GNU') && 'there is no GNU grep here',
    }, async () => {
      const { stdout, status } = spawnSync('grep', ['-F', ...args], {
        cwd: home,
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
        maxBuffer: 1 << 30,
      });
      const outcome = await match(args);
      assert.equal(outcome.stderr, '');
      assert.equal(outcome.code, status);
      assert.ok(outcome.stdout.equals(stdout), `${outcome.stdout.subarray(0, 300)}\nis not\n${stdout.subarray(0, 300)}`);
    });
  }

  it('reads standard input in pieces, as it reads a file', async () => {
    const [piped, named] = [await match(['-n', '-e', 'needle'], FILES['long.txt']), await match(['-n', '-e', 'needle', 'long.txt'])];
    assert.ok(piped.stdout.length > PIECE);
    assert.ok(piped.stdout.equals(named.stdout));
  });

  it('says of a binary file that is named that it matches', async () => {
    assert.equal((await match(['-e', 'needle', 'binary'])).stdout.toString(), 'Binary file binary matches\n');
    assert.deepEqual(
      [(await match(['-e', 'absent', 'binary'])).code, (await match(['-e', 'needle'], 'needle\0')).stdout.toString()],
      [1, 'Binary file (standard input) matches\n'],
    );
  });

  it('leaves out what .gitignore names, hidden files, links, binary files and the repository itself', async () => {
    assert.deepEqual(await names(['tree']), WALKED);
  });

  it('knows the rules of the repository above a directory that is named', async () => {
    assert.deepEqual(await names(['tree/src']), ['src/build/kept', 'src/inner/b', 'src/special.log']);
    assert.deepEqual(await names(['tree/src/inner']), ['src/inner/b']);
  });

  it('compares names by bytes, as git does, and passes over a byte order mark', async () => {
    const folder = join(home, 'accents');
    mkdirSync(folder);
    for (const name of ['x', 'é', 'éé', 'straße']) writeFileSync(join(folder, name), 'needle');
    writeFileSync(join(folder, '.gitignore'), '\ufeff?\nstra??e\n');
    const { stdout } = await match(['-l', '-e', 'needle', 'accents']);
    assert.equal(stdout.toString(), 'accents/é\naccents/éé\n');
  });

  it('searches a directory that is named, whatever .gitignore says of it', async () => {
    assert.deepEqual(await names(['tree/build', 'tree/nested/deep', 'tree/a.log']), ['build/out', 'nested/deep/a', 'a.log']);
  });

  it('walks from the working directory', async () => {
    const { stdout } = await lanewise(['match', '-l', '-e', 'needle', '.'], { cwd: join(home, 'tree') });
    assert.equal(stdout.toString(), WALKED.map((name) => `./${name}\n`).join(''));
  });

  it('searches hidden files when told to, but never the repository itself', async () => {
    assert.deepEqual(await names(['--hidden', 'tree']), ['.dotted', '.hidden/file', ...WALKED]);
  });

  it('searches what .gitignore leaves out when told to', async () => {
    const all = Object.keys(TREE).filter((name) => !/^\.|\/\.|^binary/.test(name));
    assert.deepEqual((await names(['--no-ignore', 'tree'])).sort(), all.sort());
  });

  it('counts in a directory only the files that have a match', async () => {
    const { stdout } = await match(['-c', '-e', 'needle', '--no-ignore', 'tree/nested', 'empty.txt']);
    assert.equal(stdout.toString(), 'tree/nested/deep/a:1\ntree/nested/other/a:1\nempty.txt:0\n');
  });

  it('prints JSON with offsets in bytes', async () => {
    const { stdout } = await match(['--json', '-e', 'ger', '-e', 'Straße', 'ärger.txt']);
    assert.deepEqual(
      stdout
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { file: 'ärger.txt', line: 2, offset: 7, text: 'ärger', matches: [{ pattern: 0, start: 3, end: 6 }] },
        { file: 'ärger.txt', line: 3, offset: 14, text: 'Straße', matches: [{ pattern: 1, start: 0, end: 7 }] },
      ],
    );
  });

  it('prints JSON of every kind of report', async () => {
    const cases: [string[], object[]][] = [
      [
        ['-e', 'n', 'bytes.txt'],
        [
          { line: 1, offset: 0, base64: '/24=', matches: [{ pattern: 0, start: 1, end: 2 }] },
          { line: 2, offset: 3, base64: 'boA=', matches: [{ pattern: 0, start: 0, end: 1 }] },
        ],
      ],
      [['-v', '-e', 'needle', 'unfinished.txt'], [{ line: 1, offset: 0, text: 'x', matches: [] }]],
      [['-c', '-e', 'needle', 'two.txt'], [{ count: 4 }]],
      [['-l', '-e', 'needle', 'two.txt'], [{}]],
      [['-e', 'needle', 'binary'], [{ binary: true }]],
    ];
    for (const [args, expected] of cases) {
      const lines = (await match(['--json', ...args])).stdout.toString().trimEnd().split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line)),
        expected.map((value) => ({ file: args.at(-1), ...value })),
      );
    }
  });

  it('gives offsets of the file, not of the piece that is searched', async () => {
    const text = Buffer.from(FILES['long.txt'] as string);
    const lines = (await match(['--json', '-e', 'needle', 'long.txt'])).stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(lines.at(-1).offset > PIECE);
    for (const {
      offset,
      text: line,
      matches: [{ start, end }],
    } of lines) {
      assert.ok(text.subarray(offset, offset + line.length).equals(Buffer.from(line)));
      assert.equal(text.toString('latin1', offset + start, offset + end), 'needle');
    }
  });

  it('colours names, numbers and matches when told to', async () => {
    const { stdout } = await match(['--color', 'always', '-n', '-H', '-e', 'needle', 'one.txt']);
    const [first] = stdout.toString().split('\n');
    assert.equal(first, '\x1b[35mone.txt\x1b[m\x1b[36m:\x1b[m\x1b[32m1\x1b[m\x1b[36m:\x1b[ma \x1b[1;31mneedle\x1b[m here');
    assert.ok(!(await match(['-e', 'needle', 'one.txt'])).stdout.includes('\x1b'));
  });

  it('prints in the order of the walk, however many threads there are', async () => {
    for (let i = 0; i < 700; i++) {
      const folder = join(home, 'many', String(i % 7));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, String(i)), `${'x\n'.repeat(i)}needle ${i}\n`);
    }
    writeFileSync(join(home, 'many/3/long'), FILES['long.txt'] as string);
    const [one, ...others] = await Promise.all(
      ['1', '2', '4'].map((threads) => match(['-n', '-e', 'needle', '--threads', threads, 'many', 'absent'])),
    );
    assert.equal(one?.stdout.toString().match(/:needle/g)?.length, 700);
    for (const other of others)
      assert.deepEqual([other.stdout.equals(one?.stdout as Buffer), other.stderr, other.code], [true, one?.stderr, 2]);
    assert.equal(one?.stderr, 'lanewise: absent: no such file or directory\n');
  });

  it('goes on after a directory that it cannot read, and ends with 2', {
    skip: process.getuid?.() === 0 && 'root reads everything',
  }, async () => {
    mkdirSync(join(home, 'locked/inner'), { recursive: true });
    writeFileSync(join(home, 'locked/z'), 'needle');
    chmodSync(join(home, 'locked/inner'), 0);
    const { stdout, stderr, code } = await match(['-e', 'needle', 'locked']);
    chmodSync(join(home, 'locked/inner'), 0o700);
    assert.deepEqual([stdout.toString(), stderr, code], ['locked/z:needle\n', 'lanewise: locked/inner: permission denied\n', 2]);
  });

  it('refuses patterns that it cannot read', async () => {
    const missing = await match(['-f', 'missing', 'one.txt']);
    assert.deepEqual([missing.stderr, missing.code], ['lanewise: missing: no such file or directory\n', 2]);
    assert.equal((await match(['-f', 'tree', 'one.txt'])).stderr, 'lanewise: tree: illegal operation on a directory\n');
  });

  it('counts an empty pattern as one, which occurs in every line', async () => {
    const { stdout } = await match(['--json', '-e', '', '-e', 'nothing', '-f', 'blank.txt', 'one.txt']);
    const lines = stdout.toString().trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).matches),
      [
        [{ pattern: 4, start: 2, end: 8 }],
        [{ pattern: 1, start: 0, end: 7 }],
        [
          { pattern: 4, start: 11, end: 17 },
          { pattern: 4, start: 18, end: 24 },
        ],
      ],
    );
  });

  it('reads patterns of any bytes from a file, and from standard input', async () => {
    const { stdout } = await match(['-a', '-f', '-', 'bytes.txt'], Uint8Array.of(0x80));
    assert.deepEqual(stdout, Buffer.from([0x6e, 0x80, 0x0a]));
  });
});
