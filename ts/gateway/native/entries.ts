import type { AccessLog } from '../access-log.ts';
import { pathOf } from '../routes.ts';
import { type Arena, WORD } from './records.ts';

/** Words before the entries of a record, each with its size first; which word of an entry says what, before its text. */
const ENTRIES_AT = 6;
const ENTRY = {
  size: 0,
  seconds: 1,
  millis: 2,
  status: 3,
  bytesLow: 4,
  bytesHigh: 5,
  micros: 6,
  methodSize: 7,
  targetSize: 8,
  remoteSize: 9,
  words: 10,
} as const;

/** Logs the entries of a record, as `crates/lanewise-node/src/gateway/journal.rs` writes them. */
export function logEntries({ words, bytes }: Arena, record: number, log: AccessLog | undefined): void {
  let at = record + ENTRIES_AT;
  for (let count = words[record + WORD.detail] as number; count > 0; count--) {
    const word = (i: number) => words[at + i] as number;
    const method = (at + ENTRY.words) * Uint32Array.BYTES_PER_ELEMENT;
    const target = method + word(ENTRY.methodSize);
    const remote = target + word(ENTRY.targetSize);
    const entry = {
      // What was refused may be no request at all.
      method: bytes.latin1Slice(method, target) || '-',
      path: target === remote ? '-' : pathOf(bytes.latin1Slice(target, remote)),
      status: word(ENTRY.status),
      bytes: word(ENTRY.bytesHigh) * 2 ** 32 + word(ENTRY.bytesLow),
      ms: word(ENTRY.micros) / 1000,
      remote: bytes.latin1Slice(remote, remote + word(ENTRY.remoteSize)),
    };
    log?.write(entry, new Date(word(ENTRY.seconds) * 1000 + word(ENTRY.millis)));
    at += word(ENTRY.size);
  }
}
