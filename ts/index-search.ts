/** What is searched for, in the order in which patterns that start at the same place are preferred. */
export interface Literal {
  readonly text: string;
  readonly id: number;
}

/** Takes each match in turn; false ends the search. */
type Visit = (id: number, start: number, end: number) => boolean;

/*
 * Searching a one-byte string by `indexOf`, once for each pattern. V8 looks for the first character of a pattern by vectors, which no
 * alternation comes near where that character is rare; where it is frequent, every place with it costs a call.
 */

/** Characters that texts are full of. */
const FREQUENT = /^[a-z0-9\s]/;

/** Whether every literal begins with a character that few texts are full of. */
export function startRarely(literals: readonly Literal[]): boolean {
  return literals.every(({ text }) => !FREQUENT.test(text));
}

/** True if some literal occurs. */
export function testByIndex(haystack: string, literals: readonly Literal[]): boolean {
  for (const { text } of literals) if (haystack.includes(text)) return true;
  return false;
}

/** How often one literal occurs. */
export function countByIndex(haystack: string, { text }: Literal): number {
  let count = 0;
  for (let start = haystack.indexOf(text); start !== -1; start = haystack.indexOf(text, start + text.length)) count++;
  return count;
}

/** Gives `visit` the leftmost matches from `from` on, without overlap. Each literal's places are looked for once. */
export function walkByIndex(haystack: string, from: number, literals: readonly Literal[], visit: Visit): void {
  const starts = literals.map(({ text }) => haystack.indexOf(text, from));
  for (;;) {
    let next = -1;
    let start = Number.POSITIVE_INFINITY;
    for (let i = 0; i < starts.length; i++) {
      const candidate = starts[i] as number;
      if (candidate === -1 || candidate >= start) continue;
      next = i;
      start = candidate;
    }
    if (next === -1) return;
    const { text, id } = literals[next] as Literal;
    const end = start + text.length;
    if (!visit(id, start, end)) return;
    for (let i = 0; i < starts.length; i++) {
      const passed = starts[i] as number;
      if (passed !== -1 && passed < end) starts[i] = haystack.indexOf((literals[i] as Literal).text, end);
    }
  }
}
