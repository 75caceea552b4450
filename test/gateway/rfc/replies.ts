/** A reply as it came. */
export interface Reply {
  readonly status: number;
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** In UTF-8. */
  readonly body: string;
}

const STATUS_LINE = /^HTTP\/1\.1 ([1-5]\d\d) [\t\x20-\x7e]*$/;
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~\w]+): ((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)$/;

/**
 * Reads replies as strictly as a client may (RFC 9112), interim ones (1xx) too.
 *
 * @param text one character a byte
 * @param isHead whether the final reply of this index answers HEAD
 * @returns those that are complete, and where the rest begins
 * @throws {Error} for what is no reply
 */
export function readReplies(text: string, isHead: (index: number) => boolean): { replies: Reply[]; rest: string } {
  const replies: Reply[] = [];
  let final = 0;
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return { replies, rest: text.slice(at) };
    const { status, fields } = readHead(text.slice(at, end));
    const isInterim = status < 200;
    const hasBody = !isInterim && status !== 204 && status !== 304 && !isHead(final);
    const size = hasBody ? Number(fields.get('content-length')) : 0;
    if (end + 4 + size > text.length) return { replies, rest: text.slice(at) };
    const body = Buffer.from(text.slice(end + 4, end + 4 + size), 'latin1').toString();
    replies.push({ status, fields, body });
    if (!isInterim) final++;
    at = end + 4 + size;
  }
}

function readHead(text: string): { status: number; fields: Map<string, string> } {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const status = Number(STATUS_LINE.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no status line: ${JSON.stringify(statusLine)}`);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = FIELD_LINE.exec(line) ?? [];
    const lower = name.toLowerCase();
    if (name === '') throw new Error(`no field line: ${JSON.stringify(line)}`);
    if (fields.has(lower)) throw new Error(`two lines of ${name}`);
    fields.set(lower, value);
  }
  checkFraming(status, fields);
  return { status, fields };
}

/** The gateway knows the size of every answer that the cases ask for. */
function checkFraming(status: number, fields: ReadonlyMap<string, string>): void {
  const isBare = status < 200 || status === 204;
  if (fields.has('transfer-encoding')) throw new Error(`an answer of known size is coded: ${status}`);
  if (isBare && fields.has('content-length')) throw new Error(`Content-Length in a ${status}`);
  if (!isBare && status !== 304 && !/^(0|[1-9]\d*)$/.test(fields.get('content-length') ?? ''))
    throw new Error(`no Content-Length in a ${status}`);
  if (status >= 200 && !fields.has('date')) throw new Error(`no Date in a ${status}`);
}
