import type { CallWaitOptions } from '../core/index.ts';
import type { RedisLine } from './line.ts';
import type { RedisReply } from './reply.ts';

/** Asks one server. Rejects as a call does. */
export type Ask = (command: readonly [string, ...string[]]) => Promise<RedisReply>;

/**
 * Asks on another connection than those on which calls wait. All that `use` asks is asked of one server: on one connection, and
 * not on what takes its place when it is lost. Rejects as `use` does, and as a call does where there is no connection.
 */
export type AskAside = <T>(use: (ask: Ask) => Promise<T>) => Promise<T>;

type WatchedLine = Pick<RedisLine, 'state' | 'onState'>;

/** On a connection that calls share, on which `command` asks, and which is opened again when it is lost. */
export function asideOn(
  line: () => WatchedLine,
  command: (command: readonly [string, ...string[]], options?: CallWaitOptions) => Promise<RedisReply>,
): AskAside {
  return async (use) => {
    const lost = new AbortController();
    let unwatch: (() => void) | undefined;
    const ask: Ask = async (question) => {
      try {
        return await command(question, unwatch && { signal: lost.signal });
      } finally {
        // Whoever has answered is still there, if anybody is.
        unwatch ??= untilLost(line(), () => lost.abort());
      }
    };
    try {
      return await use(ask);
    } finally {
      unwatch?.();
    }
  };
}

/** Calls `lost` when the stream of the moment is no more. Returns what ends this. */
function untilLost(line: WatchedLine, lost: () => void): () => void {
  if (line.state !== 'ready') lost();
  return line.onState(({ to }) => {
    // What is drained is lost only then, and not opened again.
    if (to !== 'draining') lost();
  });
}
