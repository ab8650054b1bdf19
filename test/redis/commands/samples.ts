import type { RedisCommand } from 'hawser/redis';
import type { CataloguedCommand } from '../../../scripts/commands/catalogue.ts';
import { isNeeded, parseCommand, type Alternative, type Part } from '../../../src/redis/command-notation.ts';

/** What a database holds before each sample is tried, so that replies have something in them. */
export const DATA: readonly RedisCommand[] = [
  ['FLUSHALL'],
  ['SET', 'number', '10'],
  ['SET', 'text', 'a text'],
  ['SET', 'other', 'another text'],
  ['SETRANGE', 'bits', 0, 'bitmap'],
  ['HSET', 'hash', 'f', '1', 'g', '2'],
  ['RPUSH', 'list', 'a', 'b', 'c'],
  ['SADD', 'set', '1', '2', '3'],
  ['ZADD', 'zset', '1', 'a', '2.5', 'b', 'inf', 'c'],
  ['GEOADD', 'geo', '13.361389', '38.115556', 'a', '15.087269', '37.502669', 'b'],
  ['PFADD', 'hll', 'a', 'b'],
  ['XADD', 'stream', '1-1', 'f', '1'],
  ['XADD', 'stream', '2-1', 'f', '2'],
  ['XGROUP', 'CREATE', 'stream', 'group', '0'],
  ['XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', '1', 'STREAMS', 'stream', '>'],
];

/** The same for a node of a cluster: a few slots are its own. */
export const CLUSTER_DATA: readonly RedisCommand[] = [
  ['CLUSTER', 'FLUSHSLOTS'],
  ['CLUSTER', 'ADDSLOTS', 5, 12_539],
];

const KEYS: Readonly<Record<string, string>> = {
  string: 'number',
  bitmap: 'bits',
  hash: 'hash',
  list: 'list',
  set: 'set',
  'sorted-set': 'zset',
  geo: 'geo',
  hyperloglog: 'hll',
  stream: 'stream',
};

/** Values by the names that Redis has for its arguments. */
const VALUES: Readonly<Record<string, unknown>> = {
  arg: 'a',
  args: ['a'],
  bit: 1,
  buckets: 1,
  category: 'read',
  categoryname: 'read',
  channel: 'channel',
  channels: ['channel'],
  clientId: 1,
  clusterBusPort: 1,
  command: 'get',
  commandNames: ['get'],
  commands: ['get'],
  comparison: '10',
  connectionName: 'a-name',
  consumer: 'consumer',
  consumername: 'new-consumer',
  count: 2,
  cursor: 0,
  db: 1,
  decrement: 1,
  destination: 'new',
  destinationDb: 1,
  destkey: 'new',
  dst: 'new',
  element: 'a',
  elements: ['x'],
  encoding: 'u8',
  entriesAdded: 5,
  entriesRead: 1,
  event: 'command',
  events: ['command'],
  field: 'f',
  fields: { f: 1 },
  functionCode: 'none',
  frequency: 5,
  group: 'group',
  groupname: 'group',
  height: 500,
  host: '127.0.0.1',
  id: '*',
  ids: ['1-1'],
  increment: 2,
  index: 0,
  index1: 0,
  index2: 1,
  latitude: 38,
  len: 10,
  libraryName: 'library',
  libraryNamePattern: '*',
  limit: 10,
  longitude: 13,
  maxDeletedEntryId: '0-0',
  member: 'a',
  member1: 'a',
  member2: 'b',
  message: 'message',
  milliseconds: 60_000,
  minIdleTime: 0,
  moduleName: 'none',
  newkey: 'new',
  name: 'none',
  numMatches: 1,
  offset: 0,
  parameter: 'maxmemory*',
  password: 'a-password',
  path: 'none.so',
  pattern: '*',
  patterns: ['*'],
  pivot: 'a',
  radius: 500,
  numlocal: 0,
  numreplicas: 0,
  rank: 1,
  score: 1,
  seconds: 60,
  sections: ['server'],
  rules: ['on'],
  serializedValue: 'none',
  shardchannel: 'channel',
  shardchannels: ['channel'],
  start: 0,
  stop: -1,
  end: -1,
  threshold: 100,
  ttl: 0,
  timeout: 0,
  type: 'string',
  unixTimeMilliseconds: 4_000_000_000_000,
  unixTimeSeconds: 4_000_000_000,
  value: '1',
  values: { one: '1', two: '2' },
  version: 5,
  weight: [1],
  width: 500,
};

/** Values that stand for others in some groups or commands. */
const IN_PLACE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  generic: { source: 'number', member: '1', port: 1 },
  list: { source: 'list', timeout: 0.01, count: 1 },
  set: { source: 'set', member: '1', timeout: 1 },
  geo: { source: 'geo' },
  hyperloglog: { sourcekey: 'hll' },
  stream: { start: '-', end: '+', id: '1-1', groupname: 'group' },
  'sorted-set': { src: 'zset', min: 0, max: Infinity, timeout: 0.01 },
  connection: { index: 0, timeout: 0, id: 1 },
  scripting: { script: 'return 1', sha1: 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', function: 'echo' },
  server: { host: 'NO', port: 'ONE' },
  cluster: {
    key: 'key',
    ip: '127.0.0.1',
    port: 1,
    configEpoch: 7,
    slot: 1,
    startSlot: 2,
    endSlot: 3,
    nodeId: 'a'.repeat(40),
  },
  LCS: { key1: 'text', key2: 'other' },
  'CLIENT|LIST': { id: [1] },
  SORT: { key: 'set' },
  SORT_RO: { key: 'set' },
  'XGROUP|CREATE': { group: 'another' },
  ZLEXCOUNT: { min: '-', max: '+' },
  ZRANGEBYLEX: { min: '-', max: '+' },
  ZREVRANGEBYLEX: { min: '-', max: '+' },
  ZREMRANGEBYLEX: { min: '-', max: '+' },
  XADD: { id: '*' },
  ZRANGESTORE: { min: 0, max: -1 },
  XSETID: { lastId: '9-9' },
};

/** A chance of 0 to 1, given anew each time. */
export type Chance = () => number;

/** Arguments for a method: with no options of its own, or with those that chance picks. */
export function sampleArguments(command: CataloguedCommand, chance?: Chance): unknown[] {
  const { parts } = parseCommand(`${command.name} ${command.syntax}`);
  const sampler = new Sampler(command, chance);
  const args = parts.filter(isNeeded).map((part) => sampler.part(part));
  const options = sampler.optionsOf(parts);
  return [...args, options];
}

/** Arguments with an option that must be there, and those that must be beside it. */
export function sampleWith(command: CataloguedCommand, option: string): unknown[] {
  const args = sampleArguments(command);
  const { parts } = parseCommand(`${command.name} ${command.syntax}`);
  const options = new Sampler(command, undefined).option(parts, option);
  return [...args.slice(0, -1), options];
}

class Sampler {
  readonly #command: CataloguedCommand;
  readonly #chance: Chance | undefined;

  constructor(command: CataloguedCommand, chance: Chance | undefined) {
    this.#command = command;
    this.#chance = chance;
  }

  part(part: Part): unknown {
    switch (part.kind) {
      case 'value':
        return this.#value(part.name, part.type === 'streams');
      case 'group':
        return [this.#members(part.parts)];
      case 'choice':
        return this.#choice(part.alternatives, part.isList);
      default:
        return undefined;
    }
  }

  optionsOf(parts: readonly Part[]): Record<string, unknown> {
    const options: Record<string, unknown> = {};
    for (const part of parts) {
      if (part.kind !== 'optional' || this.#chance === undefined || this.#chance() < 0.5) continue;
      const alternative = part.alternatives[Math.floor(this.#chance() * part.alternatives.length)]!;
      Object.assign(options, this.#alternative(alternative));
    }
    return options;
  }

  option(parts: readonly Part[], option: string): Record<string, unknown> {
    for (const part of parts) {
      if (part.kind !== 'optional') continue;
      for (const alternative of part.alternatives) {
        if (alternative.property === option) return this.#alternative(alternative);
        const inner = this.option(alternative.parts, option);
        if (Object.keys(inner).length > 0) return { ...this.#alternative(alternative), ...inner };
      }
    }
    return {};
  }

  #alternative({ form, parts, property }: Alternative): Record<string, unknown> {
    if (form === 'object') return { [property]: this.#members(parts) };
    const inner = { ...this.#members(parts), ...this.optionsOf(parts) };
    return form === 'flag' ? { [property]: true, ...inner } : inner;
  }

  #members(parts: readonly Part[]): Record<string, unknown> {
    return Object.fromEntries(parts.filter(isNeeded).map((part) => [part.name, this.part(part)]));
  }

  #choice(alternatives: readonly Alternative[], isList: boolean): unknown {
    const at = this.#chance === undefined ? 0 : Math.floor(this.#chance() * alternatives.length);
    const { form, parts, property } = alternatives[at]!;
    const [first] = parts;
    const one =
      form === 'flag' && first?.kind === 'word' ? first.text : this.#alternative({ form, parts, property });
    return isList ? [one] : one;
  }

  #value(name: string, isStreams: boolean): unknown {
    const { group, name: command } = this.#command;
    if (isStreams) return { stream: command === 'XREADGROUP' ? '>' : '0' };
    const value = IN_PLACE[command]?.[name] ?? IN_PLACE[group]?.[name] ?? VALUES[name];
    if (value !== undefined) return value;
    if (/^(?:key|keys|source|sourcekey)$/.test(name)) return KEYS[group] ?? 'number';
    return OPTION_VALUES[name] ?? unknownName(name, command);
  }
}

/** Values of options, which are named as their words are. */
const OPTION_VALUES: Readonly<Record<string, unknown>> = {
  aclcat: 'read',
  auth: 'a-password',
  addr: '127.0.0.1:1',
  bits: 64,
  block: 5,
  by: 'nothing-*',
  entriesadded: 5,
  entriesread: 1,
  ex: 60,
  exat: 4_000_000_000,
  freq: 5,
  frommember: 'a',
  importing: 'a'.repeat(40),
  byradius: 1,
  get: '#',
  idle: 1,
  idletime: 5,
  ifeq: '10',
  laddr: '127.0.0.1:1',
  lastid: '9-9',
  libraryname: '*',
  match: '*',
  maxage: 60,
  maxdeletedid: '0-0',
  maxlen: 100,
  migrating: 'a'.repeat(40),
  minid: '0',
  minmatchlen: 1,
  module: 'none',
  node: 'a'.repeat(40),
  px: 60_000,
  pxat: 4_000_000_000_000,
  retrycount: 3,
  samples: 5,
  store: 'new',
  storedist: 'new',
  time: 1,
  user: 'default',
  username: 'default',
  weights: [1],
};

function unknownName(name: string, command: string): never {
  throw new Error(`There is no sample of ${name} for ${command}`);
}
