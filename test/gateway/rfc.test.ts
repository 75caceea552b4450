import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Gateway } from 'lanewise/gateway';
import { ITERATIONS, type Iteration, start } from './helpers.ts';
import { type Case, CHOICES, LIMITS, MODES, ROUTES, type Section } from './rfc/case.ts';
import { CONNECTION } from './rfc/connection.ts';
import { MESSAGE_BODY } from './rfc/message-body.ts';
import { MESSAGE_SYNTAX } from './rfc/message-syntax.ts';
import { inBatches, readingsOf, runCase } from './rfc/run.ts';

/** The table: what RFC 9110 and RFC 9112 demand, and what the design decides where they leave it open. */
const SECTIONS: Section = { ...MESSAGE_SYNTAX, ...MESSAGE_BODY, ...CONNECTION };
const CASES_MIN = 150;

describe('the table', () => {
  it(`has ${CASES_MIN} cases or more, each title once in its section`, () => {
    const sections = Object.entries(SECTIONS);
    assert.ok(sections.flatMap(([, cases]) => cases).length >= CASES_MIN);
    for (const [name, cases] of sections) {
      assert.match(name, /^91(10|12) \d/);
      assert.equal(new Set(cases.map(({ title }) => title)).size, cases.length, name);
    }
  });
});

for (const iteration of ITERATIONS) {
  describe(`RFC 9110 and 9112 in ${iteration}`, () => {
    let gateway: Gateway;
    before(async () => {
      gateway = await start(iteration, { routes: ROUTES, limits: LIMITS });
    });
    after(() => gateway.close({ graceMs: 100 }));

    for (const [section, cases] of Object.entries(SECTIONS)) {
      for (const mode of MODES) {
        it(`${section}, ${mode}`, async () => {
          const faults: string[] = [];
          const run = (subject: Case) =>
            runCase(gateway.url, iteration, subject, mode).catch((error: Error) => void faults.push(`${subject.title}: ${error.message}`));
          await inBatches(cases, run);
          assert.equal(faults.length, 0, faults.join('\n'));
        });
      }
    }
  });
}

describe('v0.3 and the newest', () => {
  it('are read alike in every case, or there is a reason', async () => {
    const limits = { ...LIMITS, headMs: 300, bodyMs: 300 };
    const gateways = await Promise.all(['v0.3', ITERATIONS.at(-1)].map((name) => start(name as Iteration, { routes: ROUTES, limits })));
    const cases = Object.values(SECTIONS).flat();
    const different = new Map<string, string>();
    await inBatches(cases, async (subject) => {
      const [older, newer] = await Promise.all(gateways.map(({ url }) => readingsOf(url, subject)));
      if (older !== newer && subject.except === undefined) different.set(subject.title, `v0.3: ${older}; the newest: ${newer}`);
    });
    await Promise.all(gateways.map((gateway) => gateway.close({ graceMs: 100 })));
    const unexplained = [...different].filter(([title]) => CHOICES[title] === undefined);
    assert.equal(unexplained.length, 0, unexplained.map((entry) => entry.join(': ')).join('\n'));
    const unneeded = Object.keys(CHOICES).filter((title) => !different.has(title));
    assert.deepEqual(unneeded, []);
  });
});
