import type { RedisValue } from 'hawser/testing';
import { QUEUES, STREAMS, type Beside, type Server } from '../system.ts';
import type { RedisLine } from './redis-line.ts';

/** A server as it is asked here. */
interface Asked {
  /** Past everything that the row does to the network. */
  readonly line: RedisLine;
  ask(...command: string[]): Promise<RedisValue>;
}

const PUBLISHED = 'published';
const PUT = 'put';
const ADDED = 'added';

/** Fewer than come while a client is away. */
const TRIMMED_TO = 20;

/**
 * Written down with the same command, so that nobody has to guess what was published when an answer is lost; and first, for a
 * server that takes no writes still publishes.
 */
const PUBLISH = `
local place = redis.call('RPUSH', KEYS[1], ARGV[1])
local filling = string.rep('.', tonumber(ARGV[2]))
for i = 2, #KEYS do redis.call('PUBLISH', KEYS[i], KEYS[i] .. ' ' .. ARGV[1] .. ' ' .. filling) end
return place`;

const PUT_EVERYWHERE = `
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('RPUSH', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[2], ARGV[1])
return redis.call('RPUSH', KEYS[1], ARGV[1])`;

const ADD_EVERYWHERE = `
redis.call('XADD', KEYS[2], '*', 'number', ARGV[1])
redis.call('XADD', KEYS[3], '*', 'number', ARGV[1])
redis.call('XADD', KEYS[4], 'MAXLEN', ARGV[2], '*', 'number', ARGV[1])
return redis.call('RPUSH', KEYS[1], ARGV[1])`;

/** Sessions as CLIENT LIST tells of them: of subscribers, and of calls that are held. */
const SUBSCRIBED = / flags=\S*P/;
const HELD = / flags=\S*b/;

/**
 * @param asked how to ask a server
 * @param end hangs up on the sessions that match
 */
export function besideOf(
  asked: (server: Server) => Asked,
  end: (server: Server, which: RegExp) => Promise<void>,
): Beside {
  const list = async (server: Server, name: string): Promise<readonly string[]> =>
    (await asked(server).ask('LRANGE', name, '0', '-1')) as readonly string[];
  return {
    publish(server, channels, word, size = 0) {
      const keys = [PUBLISHED, ...channels];
      return asked(server).line.ask('EVAL', PUBLISH, `${keys.length}`, ...keys, word, `${size}`);
    },
    published: (server) => list(server, PUBLISHED),
    put(server, element) {
      const keys = [PUT, QUEUES.list, QUEUES.source, QUEUES.ranked];
      const rank = /\d+/.exec(element)?.[0] ?? '0';
      return asked(server).line.ask('EVAL', PUT_EVERYWHERE, `${keys.length}`, ...keys, element, rank);
    },
    async queues(server) {
      return {
        put: await list(server, PUT),
        list: await list(server, QUEUES.list),
        ranked: (await asked(server).ask('ZRANGE', QUEUES.ranked, '0', '-1')) as readonly string[],
        source: await list(server, QUEUES.source),
        destination: await list(server, QUEUES.destination),
      };
    },
    add(server, number) {
      const keys = [ADDED, STREAMS.whole, STREAMS.other, STREAMS.trimmed];
      return asked(server).line.ask(
        'EVAL',
        ADD_EVERYWHERE,
        `${keys.length}`,
        ...keys,
        number,
        `${TRIMMED_TO}`,
      );
    },
    added: (server) => list(server, ADDED),
    endSubscriptions: (server) => end(server, SUBSCRIBED),
    endHeldCalls: (server) => end(server, HELD),
    async letGo(server) {
      const held = String(await asked(server).ask('CLIENT', 'LIST'))
        .split('\n')
        .filter((line) => HELD.test(line));
      for (const line of held) {
        await asked(server).ask('CLIENT', 'UNBLOCK', /\bid=(\d+)/.exec(line)![1]!, 'ERROR');
      }
    },
    async limitSubscriptions(server, bytes) {
      await asked(server).ask('CONFIG', 'SET', 'client-output-buffer-limit', `pubsub ${bytes} 0 0`);
    },
  };
}
