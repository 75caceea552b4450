import type { Matches } from '../text.ts';

/** `{"count":n,"matches":[{"id","start","end"}]}`: written as text, without an object for each match. */
export function renderMatches(matches: Matches): string {
  let text = `{"count":${matches.length},"matches":[`;
  for (let i = 0; i < matches.length; i++)
    text += `${i === 0 ? '' : ','}{"id":${matches.id(i)},"start":${matches.start(i)},"end":${matches.end(i)}}`;
  return `${text}]}`;
}

/** A copy of `body` in which every match is replaced. O(body and result). */
export function redact(body: Uint8Array, matches: Matches, replacement: Uint8Array): Uint8Array {
  let covered = 0;
  for (let i = 0; i < matches.length; i++) covered += matches.end(i) - matches.start(i);
  const redacted = new Uint8Array(body.length - covered + matches.length * replacement.length);
  let from = 0;
  let to = 0;
  for (let i = 0; i < matches.length; i++) {
    const kept = body.subarray(from, matches.start(i));
    redacted.set(kept, to);
    redacted.set(replacement, to + kept.length);
    to += kept.length + replacement.length;
    from = matches.end(i);
  }
  redacted.set(body.subarray(from), to);
  return redacted;
}
