import { checkWait } from '../../core/index.ts';
import { checkCount, checkFlag, checkNames, invalidArgument } from '../argument-checks.ts';

/** How to subscribe. */
export interface SubscribeOptions {
  /** Ends the subscription when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** Payloads as Buffers. Default `false`: as text. */
  readonly buffers?: boolean | undefined;
  /** Most messages that wait for the consumer; more are dropped, and counted in a `dropped` event. Default 1,000. */
  readonly maxBuffered?: number | undefined;
  /** Most bytes of payloads that wait for the consumer; as `maxBuffered`. Default 16 MiB. */
  readonly maxBufferedBytes?: number | undefined;
}

/** {@link SubscribeOptions}, checked and complete. */
export interface ResolvedSubscribeOptions {
  readonly signal: AbortSignal | undefined;
  readonly buffers: boolean;
  readonly maxBuffered: number;
  readonly maxBufferedBytes: number;
}

const NAMES: ReadonlySet<string> = new Set(['signal', 'buffers', 'maxBuffered', 'maxBufferedBytes']);

/** Throws INVALID_ARGUMENT. */
export function resolveSubscribeOptions(
  command: string,
  options: SubscribeOptions,
): ResolvedSubscribeOptions {
  if (typeof options === 'function') {
    const expected = `object; a listener is given to what ${command}() returns, by listen(listener)`;
    throw invalidArgument(`options of ${command}`, expected, options, command);
  }
  const { signal } = checkWait(command, options);
  checkNames(command, options, NAMES);
  const { buffers, maxBuffered = 1_000, maxBufferedBytes = 16 * 1_048_576 } = options;
  checkFlag(command, 'buffers', buffers);
  checkCount(command, 'maxBuffered', maxBuffered);
  checkCount(command, 'maxBufferedBytes', maxBufferedBytes);
  return { signal, buffers: buffers === true, maxBuffered, maxBufferedBytes };
}

/** One channel or several, each once. Throws INVALID_ARGUMENT. */
export function checkChannels(command: string, channels: string | readonly string[]): ReadonlySet<string> {
  const names: readonly unknown[] = Array.isArray(channels) ? channels : [channels];
  if (names.length === 0) {
    throw invalidArgument(`channels of ${command}`, 'a channel or an array of some', channels, command);
  }
  for (const name of names) {
    if (typeof name !== 'string') throw invalidArgument(`a channel of ${command}`, 'string', name, command);
  }
  return new Set(names as readonly string[]);
}
