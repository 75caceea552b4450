/**
 * A step of a build: it runs when its inputs, the facts it depends on or its outputs are not those of its last good run.
 * All three are compared by content, so a fresh checkout, a touched file or a switched branch costs nothing needless.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { at } from './paths.mjs';
import { CommandFailed } from './process.mjs';
import { done, Failure, failed, skipped, started } from './progress.mjs';

/**
 * @typedef {object} Step
 * @property {string} name shown to the user
 * @property {string} [stamp] the file that remembers the last good run, from the root. Without one the step always runs
 * @property {readonly string[]} [inputs] files and folders, from the root
 * @property {readonly (string | undefined)[]} [facts] what else the outputs depend on: versions, flags
 * @property {readonly string[]} [outputs] files and folders, from the root
 * @property {string} [advice] what the user can do when a program fails. Default: to read what it wrote
 * @property {() => Promise<string | void>} run does the work; a text that it gives is shown (the closing lines of a runner)
 */

/** Performs `step` unless it is up to date. @param {Step} step @throws {Failure} when a program that it runs fails */
export async function perform(step) {
  if (isUpToDate(step)) return skipped(step.name, 'up to date');
  if (step.stamp) rmSync(at(step.stamp), { force: true });
  started(step.name);
  try {
    const report = await step.run();
    done(step.name, report ?? undefined);
  } catch (error) {
    failed(step.name);
    if (!(error instanceof CommandFailed)) throw error;
    throw new Failure(`${step.name}: ${error.message}: ${step.advice ?? 'see its output above'}`, error.output);
  }
  if (step.stamp) {
    mkdirSync(dirname(at(step.stamp)), { recursive: true });
    writeFileSync(at(step.stamp), state(step));
  }
}

/** Says whether the last good run of `step` was on what is there now. @param {Omit<Step, 'run'>} step */
export function isUpToDate(step) {
  return step.stamp !== undefined && readOr(at(step.stamp), '') === state(step);
}

/** @param {Omit<Step, 'run'>} step */
function state(step) {
  return `${fingerprint(step.inputs ?? [], step.facts)} ${fingerprint(step.outputs ?? [])}\n`;
}

/**
 * A digest of names and contents. What does not exist counts as such.
 * @param {readonly string[]} paths from the root
 * @param {readonly (string | undefined)[]} [facts]
 */
export function fingerprint(paths, facts = []) {
  const hash = createHash('sha256').update(JSON.stringify(facts.map((fact) => fact ?? null)));
  for (const path of paths) {
    for (const file of filesUnder(path)) {
      const content = readFileSync(at(file));
      hash.update(`\0${file}\0${content.length}\0`).update(content);
    }
    hash.update('\n');
  }
  return hash.digest('hex');
}

/**
 * The files under a folder, sorted; of a file the file itself; of nothing nothing.
 * @param {string} path from the root
 * @returns {string[]}
 */
export function filesUnder(path) {
  const kind = statSync(at(path), { throwIfNoEntry: false });
  if (!kind) return [];
  if (!kind.isDirectory()) return [path];
  /** @type {string[]} */
  const files = [];
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(at(folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules') folders.push(name);
      else if (entry.isFile()) files.push(name);
    }
  }
  return files.sort();
}

/** @param {string} path @param {string} otherwise */
function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
