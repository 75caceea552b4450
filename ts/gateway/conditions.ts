import type { Exchange } from './exchange.ts';

/** What the conditions of a request come to: they hold, the client has what there is (304), or one does not hold (412). */
export type Verdict = 'go' | 'unchanged' | 'failed';

/** An entity tag, after empty elements of the list; `weak`, `opaque` and what stands behind it (RFC 9110 sections 5.6.1 and 8.8.3). */
const TAG = /[ \t,]*(?<weak>W\/)?(?<opaque>"[!#-~\x80-\uffff]*")[ \t]*(?=,|$)/y;

/**
 * Judges a request for something whose entity tag is `tag`, a strong one. It has no modification date, so conditions that name one say
 * nothing, and those on ranges neither, as no range is served (RFC 9110 section 13.2.2).
 */
export function judge(exchange: Exchange, tag: string): Verdict {
  const match = exchange.header('if-match');
  if (match !== undefined && !names(match, tag, false)) return 'failed';
  const noneMatch = exchange.header('if-none-match');
  if (noneMatch === undefined || !names(noneMatch, tag, true)) return 'go';
  return exchange.method === 'GET' || exchange.method === 'HEAD' ? 'unchanged' : 'failed';
}

/** Whether a list names `tag`: by itself, or all there is by `*` alone. What follows something that is no entity tag does not count. */
function names(list: string, tag: string, isWeakEqual: boolean): boolean {
  if (list === '*') return true;
  TAG.lastIndex = 0;
  for (let found = TAG.exec(list); found !== null; found = TAG.exec(list)) {
    const { weak, opaque } = found.groups as { weak?: string; opaque: string };
    if (opaque === tag && (isWeakEqual || weak === undefined)) return true;
  }
  return false;
}
