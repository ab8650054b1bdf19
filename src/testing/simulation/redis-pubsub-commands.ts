import { resp } from '../resp-wire.ts';
import type { CommandContext, CommandSpec, RedisSession, SubscriptionKind } from './redis-command-spec.ts';

type Run = CommandSpec['run'];

const PREFIXES: Readonly<Record<SubscriptionKind, string>> = { channel: '', pattern: 'p', shard: 's' };

/** What a connection of RESP2 may ask while it subscribes to something. */
const WHILE_SUBSCRIBED = /^(?:[PS]?(?:UN)?SUBSCRIBE|PING|QUIT|RESET)$/;

/** A connection that subscribes to nothing. */
export function noSubscriptions(): RedisSession['subscribed'] {
  return { channel: new Set(), pattern: new Set(), shard: new Set() };
}

/** Why a connection that subscribes may not ask this; `undefined` where it may. */
export function refusalWhileSubscribed(
  { protocol, subscribed }: RedisSession,
  name: string,
): Buffer | undefined {
  const isSubscribed = Object.values(subscribed).some(({ size }) => size > 0);
  if (protocol === 3 || !isSubscribed || WHILE_SUBSCRIBED.test(name)) return undefined;
  return resp.error(
    `ERR Can't execute '${name.toLowerCase()}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  );
}

/** The messages that a published one is to a connection: one for its channel, and one for each pattern. */
export function messagesFor(
  { protocol, subscribed }: RedisSession,
  kind: 'channel' | 'shard',
  channel: string,
  payload: Uint8Array,
): Buffer[] {
  const words: (string | Uint8Array)[][] = [];
  if (subscribed[kind].has(channel)) words.push([`${PREFIXES[kind]}message`, channel, payload]);
  if (kind === 'channel') {
    for (const pattern of subscribed.pattern) {
      if (patternOf(pattern).test(channel)) words.push(['pmessage', pattern, channel, payload]);
    }
  }
  return words.map((message) => told(protocol, message));
}

const subscribe =
  (kind: SubscriptionKind): Run =>
  ({ session }, names) =>
    Buffer.concat(
      names.map(String).map((name) => {
        session.subscribed[kind].add(name);
        return confirmed(session, `${PREFIXES[kind]}subscribe`, kind, name);
      }),
    );

const unsubscribe =
  (kind: SubscriptionKind): Run =>
  ({ session }, given) => {
    const names = given.length > 0 ? given.map(String) : [...session.subscribed[kind]];
    const verb = `${PREFIXES[kind]}unsubscribe`;
    if (names.length === 0) return confirmed(session, verb, kind, undefined);
    return Buffer.concat(
      names.map((name) => {
        session.subscribed[kind].delete(name);
        return confirmed(session, verb, kind, name);
      }),
    );
  };

const publish =
  (kind: 'channel' | 'shard'): Run =>
  (context: CommandContext, [channel, payload]) =>
    resp.integer(context.publish(kind, String(channel), payload!));

const ping: Run = ({ session }, [text]) => {
  const isInArray = refusalWhileSubscribed(session, 'ECHO') !== undefined;
  if (isInArray) return told(2, ['pong', text ?? '']);
  return text ? resp.bulk(text) : resp.simple('PONG');
};

export const PUBSUB_COMMANDS: readonly [name: string, spec: CommandSpec][] = [
  ['SUBSCRIBE', { arguments: [1, Infinity], run: subscribe('channel') }],
  ['PSUBSCRIBE', { arguments: [1, Infinity], run: subscribe('pattern') }],
  ['SSUBSCRIBE', { arguments: [1, Infinity], run: subscribe('shard') }],
  ['UNSUBSCRIBE', { arguments: [0, Infinity], run: unsubscribe('channel') }],
  ['PUNSUBSCRIBE', { arguments: [0, Infinity], run: unsubscribe('pattern') }],
  ['SUNSUBSCRIBE', { arguments: [0, Infinity], run: unsubscribe('shard') }],
  ['PUBLISH', { arguments: [2, 2], run: publish('channel') }],
  ['SPUBLISH', { arguments: [2, 2], run: publish('shard') }],
  ['PING', { arguments: [0, 1], run: ping }],
];

function told(protocol: 2 | 3, words: readonly (string | Uint8Array)[]): Buffer {
  return protocol === 3 ? resp.push(...words) : resp.array(words.map((word) => resp.bulk(word)));
}

/** How many there are of channels and patterns together, or of shard channels, stands behind the name. */
function confirmed(
  { protocol, subscribed }: RedisSession,
  verb: string,
  kind: SubscriptionKind,
  name: string | undefined,
): Buffer {
  const count = kind === 'shard' ? subscribed.shard.size : subscribed.channel.size + subscribed.pattern.size;
  const items = [
    resp.bulk(verb),
    name === undefined ? resp.nil(protocol) : resp.bulk(name),
    resp.integer(count),
  ];
  return Buffer.concat([Buffer.from(`${protocol === 3 ? '>' : '*'}3\r\n`), ...items]);
}

/** A pattern of Redis: `*`, `?`, `[...]`, and a backslash before what is meant as it is. */
function patternOf(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\[(\^?)((?:\\.|[^\]])*)\]|[\s\S]/g, (all, escaped, not, set) => {
    if (escaped !== undefined) return quote(escaped as string);
    if (set !== undefined) return `[${not as string}${(set as string).replace(/[[^]/g, '\\$&')}]`;
    return all === '*' ? '[\\s\\S]*' : all === '?' ? '[\\s\\S]' : quote(all);
  });
  return new RegExp(`^${source}$`);
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
