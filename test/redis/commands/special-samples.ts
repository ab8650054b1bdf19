import { Redis, type RedisConnection } from 'hawser/redis';

type Arguments = readonly unknown[];

/** What a command needs that others do not. */
export interface SpecialSample {
  /** Arguments, and options as the last of them, by the option that decides on the reply; empty where none does. */
  readonly args?: Readonly<Record<string, Arguments | ((connection: RedisConnection) => Promise<Arguments>)>>;
  /** Done before the sample is tried. `url` is the server's. */
  readonly before?: (connection: RedisConnection, url: string) => Promise<unknown>;
  /** Done behind it. */
  readonly after?: (connection: RedisConnection) => Promise<unknown>;
  /** Part of the server's error, where the command cannot succeed here; its reply is not seen. */
  readonly refusal?: string;
  /** Options that decide on the reply, and that Redis 7.0 does not know. */
  readonly newerOptions?: readonly string[];
}

const LIBRARY =
  "#!lua name=library\nredis.register_function('echo', function(keys, args) return args[1] end)";

const withLibrary: SpecialSample = {
  before: (connection) => connection.functionLoad(LIBRARY, { replace: true }),
};
const withoutLibrary = async (connection: RedisConnection): Promise<unknown> => connection.functionFlush();
const withLatency: SpecialSample = {
  before: (connection) =>
    connection.pipeline([
      ['CONFIG', 'SET', 'latency-monitor-threshold', 1],
      ['DEBUG', 'SLEEP', 0.003],
    ]),
};

/** Waits until the server has no child that writes a file. */
async function settled(connection: RedisConnection): Promise<void> {
  while (/_in_progress:1/.test(await connection.info({ sections: ['persistence'] })));
}

async function dumped(connection: RedisConnection): Promise<Arguments> {
  return ['new', 0, await connection.dump('hash'), {}];
}

async function dumpedLibrary(connection: RedisConnection): Promise<Arguments> {
  await connection.functionLoad(LIBRARY, { replace: true });
  return [await connection.functionDump(), { replace: true }];
}

async function ownNode(connection: RedisConnection): Promise<Arguments> {
  return [await connection.clusterMyid(), {}];
}

async function refusedEntry(_: RedisConnection, url: string): Promise<void> {
  await Redis.connect(url, { credentials: { username: 'nobody', password: 'wrong' } }).catch(() => undefined);
}

export const SPECIAL: Readonly<Record<string, SpecialSample>> = {
  'ACL|DELUSER': { args: { '': ['nobody', {}] } },
  'ACL|DRYRUN': { args: { '': ['default', 'get', ['key'], {}] } },
  'ACL|GETUSER': { args: { '': ['default', {}] } },
  'ACL|LOAD': { refusal: 'not configured to use an ACL file' },
  'ACL|LOG': { before: refusedEntry },
  'ACL|SAVE': { refusal: 'not configured to use an ACL file' },
  'ACL|SETUSER': { args: { '': ['somebody', ['on', '+@read'], {}] } },
  BGREWRITEAOF: { before: settled, after: settled },
  BGSAVE: { before: settled, after: settled },
  'CLIENT|KILL': { args: { '': [{ id: 1_000_000 }] } },
  'CLIENT|PAUSE': { after: (connection) => connection.clientUnpause() },
  'CLUSTER|COUNT-FAILURE-REPORTS': { args: { '': ownNode } },
  'CLUSTER|DELSLOTS': { args: { '': [5, {}] } },
  'CLUSTER|DELSLOTSRANGE': { args: { '': [{ startSlot: 5, endSlot: 5 }, {}] } },
  'CLUSTER|FAILOVER': { refusal: 'You should send CLUSTER FAILOVER to a replica' },
  'CLUSTER|FORGET': { refusal: 'Unknown node' },
  'CLUSTER|REPLICAS': { args: { '': ownNode } },
  'CLUSTER|REPLICATE': { refusal: 'Unknown node' },
  'CLUSTER|SET-CONFIG-EPOCH': {
    before: (connection) => connection.clusterReset({ hard: true }),
  },
  'CLUSTER|SETSLOT': { args: { '': [5, 'STABLE', {}] } },
  'CLUSTER|SLAVES': { args: { '': ownNode } },
  'COMMAND|GETKEYS': { args: { '': [['get', 'key'], {}] } },
  'COMMAND|GETKEYSANDFLAGS': { args: { '': [['get', 'key'], {}] } },
  'CONFIG|SET': { args: { '': [{ 'slowlog-max-len': 100, 'slowlog-log-slower-than': 0 }, {}] } },
  DISCARD: { before: (connection) => connection.multi() },
  EVALSHA: { before: (connection) => connection.scriptLoad('return 1') },
  EVALSHA_RO: { before: (connection) => connection.scriptLoad('return 1') },
  EXEC: { before: (connection) => connection.multi() },
  FAILOVER: { refusal: 'FAILOVER requires connected replicas' },
  FCALL: withLibrary,
  FCALL_RO: {
    before: (connection) =>
      connection.functionLoad(
        LIBRARY.replace(
          /\('echo', (.*)\)$/,
          "{ function_name = 'echo', callback = $1, flags = { 'no-writes' } }",
        ),
        { replace: true },
      ),
  },
  'FUNCTION|DELETE': { ...withLibrary, args: { '': ['library', {}] } },
  'FUNCTION|KILL': { refusal: 'NOTBUSY' },
  'FUNCTION|LIST': { ...withLibrary, args: { '': [{ withcode: true }] } },
  'FUNCTION|LOAD': { before: withoutLibrary, args: { '': [LIBRARY, {}] } },
  'FUNCTION|RESTORE': { args: { '': dumpedLibrary } },
  'FUNCTION|STATS': withLibrary,
  'LATENCY|GRAPH': withLatency,
  'LATENCY|HISTORY': withLatency,
  'LATENCY|LATEST': withLatency,
  MIGRATE: { args: { '': ['127.0.0.1', 1, 0, 1_000, 'none', {}] } },
  'MODULE|LOAD': { args: { '': ['none.so', [], {}] }, refusal: 'Error loading the extension' },
  'MODULE|LOADEX': { args: { '': ['none.so', {}] }, refusal: 'Error loading the extension' },
  'MODULE|UNLOAD': { args: { '': ['none', {}] }, refusal: 'no such module' },
  MULTI: { after: (connection) => connection.discard() },
  'OBJECT|FREQ': {
    before: (connection) => connection.configSet({ 'maxmemory-policy': 'allkeys-lfu' }),
    after: (connection) => connection.configSet({ 'maxmemory-policy': 'noeviction' }),
  },
  RESTORE: { args: { '': dumped } },
  SAVE: { before: settled },
  'SCRIPT|KILL': { refusal: 'NOTBUSY' },
  'SLOWLOG|GET': {
    before: (connection) => connection.configSet({ 'slowlog-log-slower-than': 0 }),
    args: { '': [{ count: 3 }] },
  },
  ZRANK: { newerOptions: ['withscore'] },
  ZREVRANK: { newerOptions: ['withscore'] },
};
