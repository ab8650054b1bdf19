import type { WaitOptions } from '../core/index.ts';
import { checkFlag, invalidArgument } from './argument-checks.ts';

/**
 * What becomes of a call whose outcome is `unknown` because the connection was lost.
 *
 * - `never`: it fails.
 * - `reads` (default): it is asked once more if the command only reads, else it fails.
 * - `always`: it is asked once more. The caller knows that running twice does no harm.
 */
export type RetryPolicy = 'never' | 'reads' | 'always';

/** Options of one call. `timeoutMs` defaults to the connection's, 5,000 ms unless told otherwise. */
export interface CallOptions extends WaitOptions {
  /** Default `reads`. */
  readonly retry?: RetryPolicy | undefined;
  /** Strings of the reply as Buffers. Default `false`. */
  readonly buffers?: boolean | undefined;
  /** Every integer of the reply as a bigint. Default `false`: as a number, and one that is beyond 2^53 - 1 is an error. */
  readonly bigints?: boolean | undefined;
}

/** What a call whose options are these answers with: text. */
export interface AsText {
  readonly buffers?: false | undefined;
}

/** What a call whose options are these answers with: Buffers instead of text. */
export interface AsBuffers {
  readonly buffers: true;
}

/** What a call whose options are these answers with: integers as numbers. */
export interface AsNumbers {
  readonly bigints?: false | undefined;
}

/** What a call whose options are these answers with: integers as bigints. */
export interface AsBigints {
  readonly bigints: true;
}

/** The names of {@link CallOptions}: a command's own options stand beside them. */
export const CALL_OPTIONS: ReadonlySet<string> = new Set([
  'timeoutMs',
  'signal',
  'retry',
  'buffers',
  'bigints',
]);

/** Whether a call may be asked once more whose outcome is `unknown`. */
export function mayRepeat(readOnly: boolean, options: CallOptions | undefined): boolean {
  const retry = options?.retry ?? 'reads';
  return retry === 'always' || (retry === 'reads' && readOnly);
}

/** Checks what is Redis's own of a call's options. Throws INVALID_ARGUMENT. */
export function checkCallOptions(command: string, options: CallOptions): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument(`options of ${command}`, 'object', options, command);
  }
  const { retry, buffers, bigints } = options;
  if (retry !== undefined && retry !== 'never' && retry !== 'reads' && retry !== 'always') {
    throw invalidArgument(`retry of ${command}`, 'never, reads or always', retry, command);
  }
  checkFlag(command, 'buffers', buffers);
  checkFlag(command, 'bigints', bigints);
}
