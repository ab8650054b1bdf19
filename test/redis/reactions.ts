/** What becomes of a handshake in which the server says so. */
export type InHandshake =
  /** The connection is taken: nothing of what the handshake needs was refused. */
  | { readonly ends: 'taken' }
  /** It fails, and is tried again with backoff; another endpoint at once. `at`: the command that is answered so. */
  | { readonly ends: 'tried again'; readonly at: 'HELLO' | 'PING' }
  /** It fails, and waits for `retryNow()`; after `slowRetryMs` where there was a connection before. */
  | { readonly ends: 'parked'; readonly at: 'HELLO' };

/** What becomes of a connection on which the server says so to a call. */
export type Later = 'kept' | 'left' | 'left for a primary' | 'left for one that serves';

/** How the client reacts to an error of the server, as docs/reactions.md has it. */
export interface Reaction {
  readonly code: string;
  /** As the server says it. */
  readonly text: string;
  readonly meaning: string;
  readonly handshake: InHandshake;
  readonly later: Later;
  /** What else there is to know. */
  readonly remark: string;
}

const PASSES = 'Ask again later: nothing was done.';

export const REACTIONS: readonly Reaction[] = [
  {
    code: 'READONLY',
    text: "READONLY You can't write against a read only replica.",
    meaning: 'It is a replica.',
    handshake: { ends: 'taken' },
    later: 'left for a primary',
    remark:
      "A replica is not taken in the first place: `WRONG_ROLE`, and the next endpoint is tried. Ask again: it goes to a primary. With `role: 'replica'` and `'any'` it is the caller's.",
  },
  {
    code: 'MASTERDOWN',
    text: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    meaning: 'It is a replica that has lost its primary, and serves no old data.',
    handshake: { ends: 'tried again', at: 'PING' },
    later: 'left for one that serves',
    remark: PASSES,
  },
  {
    code: 'LOADING',
    text: 'LOADING Redis is loading the dataset in memory',
    meaning: 'It reads its data from disk, or from its primary.',
    handshake: { ends: 'tried again', at: 'PING' },
    later: 'kept',
    remark: `${PASSES} Subscriptions on the connection go on meanwhile.`,
  },
  {
    code: 'BUSY',
    text: 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    meaning: 'A script has been running for long.',
    handshake: { ends: 'tried again', at: 'PING' },
    later: 'kept',
    remark: `${PASSES} \`SCRIPT KILL\` and \`FUNCTION KILL\` are taken on the same connection.`,
  },
  {
    code: 'NOAUTH',
    text: 'NOAUTH Authentication required.',
    meaning: 'It wants to know who we are.',
    handshake: { ends: 'parked', at: 'HELLO' },
    later: 'left',
    remark: 'A new handshake tells it, with the credentials of then. What was in flight is answered before.',
  },
  {
    code: 'WRONGPASS',
    text: 'WRONGPASS invalid username-password pair or user is disabled.',
    meaning: 'It does not know this user with this password.',
    handshake: { ends: 'parked', at: 'HELLO' },
    later: 'kept',
    remark:
      'Later it is said only to credentials that are renewed in place: they are asked for again ([connecting.md](connecting.md#credentials-that-expire)).',
  },
  {
    code: 'NOPERM',
    text: "NOPERM this user has no permissions to run the 'hello' command",
    meaning: 'The user may not do this.',
    handshake: { ends: 'parked', at: 'HELLO' },
    later: 'kept',
    remark: 'What the handshake can do without (`PING`, `ROLE`, all of `CLIENT`) may be refused.',
  },
  {
    code: 'MISCONF',
    text: 'MISCONF Redis is configured to save RDB snapshots, but is currently not able to persist on disk.',
    meaning: 'It could not save its data, and refuses writes.',
    handshake: { ends: 'taken' },
    later: 'kept',
    remark: 'Reads are served. Redis says so to `PING` too: that is a sign of life.',
  },
  {
    code: 'OOM',
    text: "OOM command not allowed when used memory > 'maxmemory'.",
    meaning: 'It is out of memory, and refuses what needs some.',
    handshake: { ends: 'taken' },
    later: 'kept',
    remark: 'Reads and `DEL` are served.',
  },
  {
    code: 'NOREPLICAS',
    text: 'NOREPLICAS Not enough good replicas to write.',
    meaning: 'Fewer replicas follow it than `min-replicas-to-write`.',
    handshake: { ends: 'taken' },
    later: 'kept',
    remark: 'Reads are served. A primary that was cut off says so: Sentinels will name another one.',
  },
  {
    code: 'CLUSTERDOWN',
    text: 'CLUSTERDOWN The cluster is down',
    meaning: 'A node of a cluster in which slots are not served.',
    handshake: { ends: 'taken' },
    later: 'kept',
    remark: 'Commands without keys are served. `RedisClusterClient` asks again by itself.',
  },
  {
    code: 'TRYAGAIN',
    text: 'TRYAGAIN Multiple keys request during rehashing of slot',
    meaning: 'The keys of the call are on two nodes at the moment.',
    handshake: { ends: 'taken' },
    later: 'kept',
    remark: `${PASSES} \`RedisClusterClient\` does so by itself.`,
  },
  {
    code: 'MOVED',
    text: 'MOVED 3999 127.0.0.1:6381',
    meaning: 'Another node of a cluster has the key.',
    handshake: { ends: 'taken' },
    later: 'kept',
    remark: 'The error says where (`host`, `port`). `RedisClusterClient` goes there by itself.',
  },
  {
    code: 'ASK',
    text: 'ASK 3999 127.0.0.1:6381',
    meaning: 'The key is being moved to another node of a cluster.',
    handshake: { ends: 'taken' },
    later: 'kept',
    remark: 'As `MOVED`.',
  },
  {
    code: 'ERR',
    text: 'ERR max number of clients reached',
    meaning: 'There is no room for another connection.',
    handshake: { ends: 'tried again', at: 'HELLO' },
    later: 'kept',
    remark: 'Said in the handshake alone. A pool keeps the connections that it has.',
  },
];

const LATER: Readonly<Record<Later, string>> = {
  kept: 'kept',
  left: 'left, when what is in flight is answered',
  'left for a primary': "left, when what is in flight is answered; with `role: 'replica'` and `'any'` kept",
  'left for one that serves': "left, when what is in flight is answered; with `role: 'any'` kept",
};

/** The table of docs/reactions.md. */
export function reactionTable(): string {
  const rows = REACTIONS.map(({ code, text, meaning, handshake, later, remark }) => {
    const shown = code === 'ERR' ? text : code;
    return `| \`${shown}\` | ${meaning} | ${handshake.ends} | ${LATER[later]} | ${remark} |`;
  });
  return [
    '| The server says | It means | The handshake is | A connection is | And |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
