import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

const environment = { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' };

describe('the packed package', () => {
  let home: string;

  const run = (command: string, ...parameters: string[]) =>
    execFileSync(command, parameters, { cwd: home, encoding: 'utf8', env: environment });
  const evaluate = (source: string) => run(process.execPath, '--input-type=module', '-e', source).trim();

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'lanewise-pack-'));
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], {
        encoding: 'utf8',
        env: environment,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    writeFileSync(join(home, 'package.json'), '{"private":true}');
    run('npm', 'install', '--offline', '--no-save', '--silent', join(home, packed.filename));
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  it('has no runtime dependency', () => {
    const installed = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, ['lanewise']);
  });

  it('loads each entry by import', () => {
    for (const entry of ['', '/text', '/json', '/msgpack', '/gateway', '/wasm']) {
      assert.match(evaluate(`console.log(Object.keys(await import('lanewise${entry}')).length)`), /^[1-9]/, entry);
    }
  });

  it('takes fast-check for lanewise/testing from the project, and needs it there alone', () => {
    const source = `import { codecLaws, testing } from 'lanewise/testing'; console.log(codecLaws === testing.codecLaws);`;
    assert.throws(() => evaluate(source), /Cannot find package 'fast-check'/);
    const peer = join(home, 'node_modules/fast-check');
    symlinkSync(resolve('node_modules/fast-check'), peer);
    try {
      assert.equal(evaluate(source), 'true');
    } finally {
      rmSync(peer);
    }
  });

  it('loads by require as by import, into one instance', () => {
    const source = `import { createRequire } from 'node:module'; import * as a from 'lanewise'; import { Matcher } from 'lanewise/text';
      const b = createRequire(import.meta.url)('lanewise'); console.log(a.Matcher === b.Matcher, a.Matcher === Matcher, a.json.isValid('[1]'));`;
    assert.equal(evaluate(source), 'true true true');
  });

  it('runs on WebAssembly where the addon is missing', () => {
    const source = `import { runtime, json } from 'lanewise'; console.log(runtime().backend, json.isValid('[1'));`;
    run(
      process.execPath,
      '-e',
      `const fs = require('fs'); const d = 'node_modules/lanewise/dist/'; for (const f of fs.readdirSync(d)) if (f.endsWith('.node')) fs.renameSync(d + f, d + f + '.away');`,
    );
    try {
      assert.equal(evaluate(source), 'wasm false');
      assert.throws(
        () =>
          execFileSync(process.execPath, ['--input-type=module', '-e', source], {
            cwd: home,
            env: { ...environment, LANEWISE_BACKEND: 'native' },
            stdio: 'pipe',
          }),
        /LW_BACKEND/,
      );
    } finally {
      run(
        process.execPath,
        '-e',
        `const fs = require('fs'); const d = 'node_modules/lanewise/dist/'; for (const f of fs.readdirSync(d)) if (f.endsWith('.away')) fs.renameSync(d + f, d + f.slice(0, -5));`,
      );
    }
  });

  it('installs the command', () => {
    assert.match(run(join(home, 'node_modules/.bin/lanewise'), 'info'), /"backend"/);
  });
});

describe('a forced choice that cannot be met', () => {
  const load = (variables: Record<string, string>) => {
    const child = () =>
      execFileSync(process.execPath, ['--input-type=module', '-e', "import 'lanewise'"], {
        encoding: 'utf8',
        env: { ...environment, ...variables },
        stdio: 'pipe',
      });
    try {
      child();
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
    return '';
  };

  it('fails at load with the names that are known', () => {
    assert.match(load({ LANEWISE_ISA: 'mmx' }), /LANEWISE_ISA=mmx is no known name; available here: .*scalar; known: .*avx512/);
    assert.match(load({ LANEWISE_BACKEND: 'wasm', LANEWISE_ISA: 'avx2' }), /LW_ISA/);
    assert.match(load({ LANEWISE_BACKEND: 'gpu' }), /LANEWISE_BACKEND=gpu is no known name; known: native, wasm/);
  });
});
