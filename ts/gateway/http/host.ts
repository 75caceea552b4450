import { isIPv6 } from 'node:net';

const NAME = /^(?:[\w.~!$&'()*+,;=-]|%[\dA-Fa-f]{2})*(?::\d*)?$/;
const LITERAL = /^\[(.+)\](?::\d*)?$/;
/** An address of a version that there is not yet. */
const FUTURE = /^v[\dA-Fa-f]+\.[\w.~!$&'()*+,;=:-]+$/i;

/** True for a Host: a name or an address, which may be empty, and perhaps a port (RFC 3986 section 3.2). O(value.length). */
export function isHost(value: string): boolean {
  if (NAME.test(value)) return true;
  const address = LITERAL.exec(value)?.[1];
  return address !== undefined && (isIPv6(address) || FUTURE.test(address));
}
