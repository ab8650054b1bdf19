import type { WaitOptions } from '../core/index.ts';
import { invalidArgument } from './resp-encoder.ts';

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
}

/** {@link CallOptions} of a call that answers with text. */
export interface TextCallOptions extends CallOptions {
  readonly buffers?: false | undefined;
}

/** {@link CallOptions} of a call that answers with Buffers. */
export interface BufferCallOptions extends CallOptions {
  readonly buffers: true;
}

/** Options of SET. */
export interface SetOptions extends TextCallOptions {
  /** The key expires after this many seconds. */
  readonly ex?: number | undefined;
  /** The key expires after this many milliseconds. */
  readonly px?: number | undefined;
  /** Leaves the expiry of the key as it is. */
  readonly keepTtl?: boolean | undefined;
  /** Only if the key does not exist. */
  readonly nx?: boolean | undefined;
  /** Only if the key exists. */
  readonly xx?: boolean | undefined;
}

/** Checks what is Redis's own of a call's options. Throws INVALID_ARGUMENT. */
export function checkCallOptions(command: string, options: CallOptions): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument(`options of ${command}`, 'object', options, command);
  }
  const { retry, buffers } = options;
  if (retry !== undefined && retry !== 'never' && retry !== 'reads' && retry !== 'always') {
    throw invalidArgument(`retry of ${command}`, 'never, reads or always', retry, command);
  }
  checkFlag(command, 'buffers', buffers);
}

/** Throws INVALID_ARGUMENT for an option that is neither left out nor a boolean: `1` would else pass for `false`. */
export function checkFlag(command: string, option: string, value: boolean | undefined): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw invalidArgument(`${option} of ${command}`, 'boolean', value, command);
}
