/** One line on standard error about a request that failed on our side. */
export function logFailure(method: string, target: string, what: string): void {
  process.stderr.write(`lanewise gateway: ${method} ${printable(target)}: ${printable(what)}\n`);
}

/** What was thrown, and where, whatever it does when it is looked at. */
export function describeThrown(thrown: unknown): string {
  try {
    return describe(thrown);
  } catch {
    return 'threw what cannot be described';
  }
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw ${String(thrown)}`;
  const place = thrown.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return `threw ${thrown.name}: ${thrown.message}${place === undefined ? '' : ` (${place.trim()})`}`;
}

/** No control character of a client or a handler reaches a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
