import type { DescribedCommand } from './catalogue.ts';

/**
 * Commands that Redis 7.0 does not have, written down here from what the projects document in public: names, arguments,
 * replies. `since` says which server has them.
 */
export const NEWER: Readonly<Record<string, DescribedCommand & { readonly reply: string }>> = {
  'CLIENT|NO-TOUCH': {
    summary: 'Say whether commands of this connection leave the time of last use of keys as it is',
    since: 'Redis 7.2, Valkey 7.2',
    group: 'connection',
    flags: '',
    keys: '',
    syntax: '<ON|OFF>:enabled',
    reply: 'OK',
  },
  'CLUSTER|MYSHARDID': {
    summary: 'Tell the name of the shard that the node belongs to',
    since: 'Redis 7.2, Valkey 7.2',
    group: 'cluster',
    flags: '',
    keys: '',
    syntax: '',
    reply: 'str',
  },
  WAITAOF: {
    summary: 'Wait until writes of this connection are on the disk of so many servers',
    since: 'Redis 7.2, Valkey 7.2',
    group: 'generic',
    flags: 'blocking',
    keys: '',
    syntax: 'numlocal:int numreplicas:int timeout:int',
    reply: '(local:int replicas:int)',
  },
  ...expiry('HEXPIRE', 'Let fields of a hash expire after so many seconds', 'seconds:int'),
  ...expiry('HPEXPIRE', 'Let fields of a hash expire after so many milliseconds', 'milliseconds:int'),
  ...expiry('HEXPIREAT', 'Let fields of a hash expire at a time, in seconds', 'unixTimeSeconds:int'),
  ...expiry(
    'HPEXPIREAT',
    'Let fields of a hash expire at a time, in milliseconds',
    'unixTimeMilliseconds:int',
  ),
  ...ofFields('HPERSIST', 'Let fields of a hash stay', 'int[]', 'write fast'),
  ...ofFields('HTTL', 'Tell in how many seconds fields of a hash expire', 'int[]', 'readonly fast'),
  ...ofFields('HPTTL', 'Tell in how many milliseconds fields of a hash expire', 'int[]', 'readonly fast'),
  ...ofFields('HEXPIRETIME', 'Tell when fields of a hash expire, in seconds', 'int[]', 'readonly fast'),
  ...ofFields('HPEXPIRETIME', 'Tell when fields of a hash expire, in milliseconds', 'int[]', 'readonly fast'),
  HGETDEL: {
    summary: 'Get fields of a hash, and remove them',
    since: 'Redis 8.0',
    group: 'hash',
    flags: 'write fast',
    keys: '1:0,1,0',
    syntax: 'key FIELDS # field...',
    reply: 'bulk?[]',
  },
  HGETEX: {
    summary: 'Get fields of a hash, and set when they expire',
    since: 'Redis 8.0, Valkey 9.0',
    group: 'hash',
    flags: 'write fast',
    keys: '1:0,1,0',
    syntax:
      'key [EX seconds:int|PX milliseconds:int|EXAT unixTimeSeconds:int|PXAT unixTimeMilliseconds:int|PERSIST] ' +
      'FIELDS # field...',
    reply: 'bulk?[]',
  },
  HSETEX: {
    summary: 'Set fields of a hash, and when they expire',
    since: 'Redis 8.0, Valkey 9.0',
    group: 'hash',
    flags: 'write denyoom fast',
    keys: '1:0,1,0',
    syntax:
      'key [FNX|FXX] [EX seconds:int|PX milliseconds:int|EXAT unixTimeSeconds:int|PXAT unixTimeMilliseconds:int|' +
      'KEEPTTL] FIELDS # fields:pairs',
    reply: 'bool',
  },
  DELIFEQ: {
    summary: 'Delete a key if it has this value',
    since: 'Valkey 9.0',
    group: 'string',
    flags: 'write fast',
    keys: '1:0,1,0',
    syntax: 'key value',
    reply: 'bool',
  },
};

/** Options that commands of Redis 7.0 have got since, by the property that says so, and which servers have them. */
export const NEWER_OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'CLIENT|KILL': { maxage: 'Redis 7.4, Valkey 8.0' },
  SET: { ifeq: 'Redis 8.4, Valkey 8.1' },
  ZRANK: { withscore: 'Redis 7.2, Valkey 7.2' },
  ZREVRANK: { withscore: 'Redis 7.2, Valkey 7.2' },
};

function expiry(name: string, summary: string, when: string): typeof NEWER {
  return {
    [name]: {
      summary,
      since: 'Redis 7.4, Valkey 9.0',
      group: 'hash',
      flags: 'write fast',
      keys: '1:0,1,0',
      syntax: `key ${when} [NX|XX|GT|LT] FIELDS # field...`,
      reply: 'int[]',
    },
  };
}

function ofFields(name: string, summary: string, reply: string, flags: string): typeof NEWER {
  return {
    [name]: {
      summary,
      since: 'Redis 7.4, Valkey 9.0',
      group: 'hash',
      flags,
      keys: '1:0,1,0',
      syntax: 'key FIELDS # field...',
      reply,
    },
  };
}
