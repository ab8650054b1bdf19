import { HawserError, checkWait } from '../../core/index.ts';
import { checkCount, checkFlag, checkNames, invalidArgument } from '../argument-checks.ts';

/** How to read streams. */
export interface StreamOptions {
  /** Most entries of each stream that are asked for at a time, and held. Default 100. */
  readonly count?: number | undefined;
  /** Values as Buffers. Default `false`: as text. */
  readonly buffers?: boolean | undefined;
  /** Ends it when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link StreamOptions}, checked and complete. */
export interface ResolvedStreamOptions {
  readonly count: number;
  readonly buffers: boolean;
  readonly signal: AbortSignal | undefined;
}

const NAMES: ReadonlySet<string> = new Set(['count', 'buffers', 'signal']);

/** Throws INVALID_ARGUMENT. */
export function resolveStreamOptions(options: StreamOptions): ResolvedStreamOptions {
  const { signal } = checkWait('stream', options);
  checkNames('stream', options, NAMES);
  const { count = 100, buffers } = options;
  checkFlag('stream', 'buffers', buffers);
  checkCount('stream', 'count', count);
  return { count, buffers: buffers === true, signal };
}

/** Where to begin in each stream: behind an id that is complete, or `$`. Throws INVALID_ARGUMENT. */
export function checkPositions(streams: Readonly<Record<string, string>>): Map<string, string> {
  if (typeof streams !== 'object' || streams === null || Array.isArray(streams)) {
    throw invalidArgument('streams of stream', 'object with an id for each key', streams, 'stream');
  }
  const positions = new Map(Object.entries(streams));
  if (positions.size === 0) throw invalidArgument('streams of stream', 'at least one', {}, 'stream');
  for (const [key, id] of positions) positions.set(key, checkId('stream', 'an id', id));
  return positions;
}

/** An id as `1526985054069-0`, also where it was given without its second part; or `$`. Throws INVALID_ARGUMENT. */
export function checkId(command: string, what: string, id: unknown): string {
  if (typeof id === 'string' && /^(?:\d{1,20}-\d{1,20}|\$)$/.test(id)) return id;
  if (typeof id === 'string' && /^\d{1,20}$/.test(id)) return `${id}-0`;
  const message = `${what} of ${command}: expected $ or an id as 0 or 1526985054069-0, got ${typeof id === 'string' ? 'another text' : typeof id}`;
  throw new HawserError('INVALID_ARGUMENT', message, { outcome: 'not-sent', command });
}
