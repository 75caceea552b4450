import { getSystemErrorMap } from 'node:util';
import { type ErrorCode, LanewiseError } from '../error.ts';

/*
 * Exit codes, as grep has them:
 *   0  done; for `match`, some line matched; for `json get`, there is a value
 *   1  the input is invalid, or there is no match or no value; for `gateway`, it could not start
 *   2  wrong usage, or a file that cannot be read or written
 */
export const INVALID = 1;
export const TROUBLE = 2;

/** Faults of the arguments or the environment, not of the input. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['LW_ISA', 'LW_BACKEND', 'LW_POINTER', 'LW_EMPTY_PATTERN', 'LW_TOO_LARGE']);

/** What ends a command: a line for standard error and an exit code. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What `error` means to the user. `subject` is the file, or whatever else went wrong. */
export function explain(error: unknown, subject?: string): CommandFailure {
  const prefix = subject === undefined ? '' : `${subject}: `;
  if (error instanceof CommandFailure) return error;
  if (error instanceof LanewiseError) return explainFault(error, prefix);
  if (!(error instanceof Error)) return new CommandFailure(`${prefix}${String(error)}`, TROUBLE);
  return new CommandFailure(`${prefix}${systemMessage(error) ?? error.message}`, TROUBLE);
}

/** Writes one line, and sees to it that the process ends with the code of the failure. */
export function report({ message, exitCode }: CommandFailure): void {
  process.stderr.write(`lanewise: ${message}\n`);
  process.exitCode = exitCode;
}

function explainFault(error: LanewiseError, prefix: string): CommandFailure {
  if (USAGE_CODES.has(error.code)) return new CommandFailure(`${error.message} [${error.code}]`, TROUBLE);
  const place = error.line < 0 || error.code.startsWith('LW_MSGPACK') ? '' : ` (line ${error.line}, column ${error.column})`;
  return new CommandFailure(`${prefix}${error.message}${place} [${error.code}]`, INVALID);
}

/** 'no such file or directory' and the like. */
function systemMessage({ errno }: NodeJS.ErrnoException): string | undefined {
  return errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
}
