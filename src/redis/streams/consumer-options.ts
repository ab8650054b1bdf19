import type { Buffer } from 'node:buffer';
import { checkWait, HawserError, MAX_TIMER_MS } from '../../core/index.ts';
import { checkCount, checkFlag, checkNames, invalidArgument } from '../argument-checks.ts';
import type { AsBuffers, AsText } from '../call-options.ts';
import type { StreamDelivery } from './stream-delivery.ts';
import { checkId } from './stream-options.ts';

/** Handles an entry: when it returns, or what it returns resolves, the entry is acknowledged. */
export type StreamHandler<Text extends string | Buffer = string> = (
  delivery: StreamDelivery<Text>,
) => unknown;

/** A consumer of a group, and what it does. With `buffers: true` it is given Buffers; by default text. */
export type StreamConsumerOptions<Text extends string | Buffer = string> = ConsumerOptionsOf<Text> &
  (Text extends string ? AsText : AsBuffers);

interface ConsumerOptionsOf<Text extends string | Buffer> {
  /** Key of the stream. */
  readonly stream: string;
  readonly group: string;
  /** Name of the consumer: no other process's, and the same after a restart, so that it finds what it had begun with. */
  readonly consumer: string;
  /** Called with each entry. One that throws, or rejects, leaves the entry pending: it is delivered again. */
  readonly handler: StreamHandler<Text>;
  /** Most entries that are handled, or wait for their acknowledgement, at a time. Default 1. */
  readonly concurrency?: number | undefined;
  /**
   * Entries that were delivered so long ago and are not acknowledged are delivered again, to whichever consumer asks first:
   * longer than any handler takes. Default 60,000. `Infinity`: never.
   */
  readonly claimIdleMs?: number | undefined;
  /**
   * The group is made where it is missing, also later, to begin behind this id: `0` for all entries, `$` for those to come.
   * Default: it has to be there.
   */
  readonly createGroup?: string | undefined;
  /** An entry that was delivered more often goes to `onDead`. Default `Infinity`. */
  readonly maxDeliveries?: number | undefined;
  /** As `handler`, for entries that were delivered more than `maxDeliveries` times: puts them elsewhere, or forgets them. */
  readonly onDead?: StreamHandler<Text> | undefined;
  /** Closes the consumer when it fires, as `close()` does. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link StreamConsumerOptions}, checked and complete. */
export interface ResolvedConsumerOptions {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  readonly handler: StreamHandler<string | Buffer>;
  readonly concurrency: number;
  readonly claimIdleMs: number;
  readonly createGroup: string | undefined;
  readonly maxDeliveries: number;
  readonly onDead: StreamHandler<string | Buffer>;
  readonly buffers: boolean;
  readonly signal: AbortSignal | undefined;
}

const COMMAND = 'consumer';

const NAMES: ReadonlySet<string> = new Set([
  'stream',
  'group',
  'consumer',
  'handler',
  'concurrency',
  'claimIdleMs',
  'createGroup',
  'maxDeliveries',
  'onDead',
  'buffers',
  'signal',
]);

/** Throws INVALID_ARGUMENT. */
export function resolveConsumerOptions(
  options: StreamConsumerOptions | StreamConsumerOptions<Buffer>,
): ResolvedConsumerOptions {
  const { signal } = checkWait(COMMAND, options);
  checkNames(COMMAND, options, NAMES);
  const { stream, group, consumer, handler, onDead, createGroup, buffers } = options;
  const { concurrency = 1, claimIdleMs = 60_000, maxDeliveries = Infinity } = options;
  for (const [name, text] of Object.entries({ stream, group, consumer })) {
    if (typeof text !== 'string') throw invalidArgument(`${name} of ${COMMAND}`, 'string', text, COMMAND);
  }
  checkHandler('handler', handler);
  checkCount(COMMAND, 'concurrency', concurrency);
  checkDuration('claimIdleMs', claimIdleMs);
  if (maxDeliveries !== Infinity) checkCount(COMMAND, 'maxDeliveries', maxDeliveries);
  if (onDead !== undefined) checkHandler('onDead', onDead);
  if ((onDead === undefined) !== (maxDeliveries === Infinity)) {
    const message = `${COMMAND}: maxDeliveries and onDead are for each other, and only one is given`;
    throw new HawserError('INVALID_ARGUMENT', message, { outcome: 'not-sent', command: COMMAND });
  }
  checkFlag(COMMAND, 'buffers', buffers);
  return {
    stream,
    group,
    consumer,
    // What they are given is what `buffers` says.
    handler: handler as StreamHandler<string | Buffer>,
    onDead: (onDead ?? handler) as StreamHandler<string | Buffer>,
    concurrency,
    claimIdleMs,
    createGroup: createGroup === undefined ? undefined : checkId(COMMAND, 'createGroup', createGroup),
    maxDeliveries,
    buffers: buffers === true,
    signal,
  };
}

function checkHandler(name: string, handler: unknown): void {
  if (typeof handler === 'function') return;
  throw invalidArgument(`${name} of ${COMMAND}`, 'function', handler, COMMAND);
}

function checkDuration(name: string, durationMs: number): void {
  const isDuration = typeof durationMs === 'number' && durationMs >= 1 && durationMs <= MAX_TIMER_MS;
  if (isDuration || durationMs === Infinity) return;
  const expected = `milliseconds from 1 to ${MAX_TIMER_MS}, or Infinity`;
  throw invalidArgument(`${name} of ${COMMAND}`, expected, durationMs, COMMAND);
}
