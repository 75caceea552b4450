import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LanewiseError, runtime } from 'lanewise';

describe('runtime', () => {
  it('reports the backend and the instruction set in use', () => {
    const { backend, isa, available, version } = runtime();
    assert.ok(available.includes(isa));
    assert.ok(available.includes('scalar'));
    assert.match(version, /^\d+\.\d+\.\d+/);
    const { LANEWISE_BACKEND: forcedBackend = backend, LANEWISE_ISA: forcedIsa = available[0] } = process.env;
    assert.equal(backend, forcedBackend);
    assert.equal(isa, forcedIsa);
  });
});

describe('LanewiseError', () => {
  it('is told by its brand, so that two copies of the package agree', () => {
    const error = new LanewiseError('LW_JSON_END', 3);
    assert.ok(error instanceof LanewiseError && error instanceof Error);
    assert.equal(error.name, 'LanewiseError');
    assert.match(error.message, /at offset 3/);
    assert.equal(new Error('x') instanceof LanewiseError, false);
    assert.ok({ [Symbol.for('lanewise.LanewiseError')]: true } instanceof LanewiseError);
  });
});
