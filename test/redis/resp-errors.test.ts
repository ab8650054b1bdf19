import { describe, expect, test } from 'vitest';
import { HawserError } from '../../src/core/index.ts';
import { RedisRedirectError, RedisReplyError, replyErrorFrom } from '../../src/redis/errors.ts';

describe("a server's error", () => {
  test('is refused, with the text of the server and its first word as the code', () => {
    const error = replyErrorFrom('WRONGTYPE Operation against a key holding the wrong kind of value');
    expect(error).toBeInstanceOf(RedisReplyError);
    expect(error).toBeInstanceOf(HawserError);
    expect(error).toMatchObject({
      name: 'RedisReplyError',
      code: 'WRONGTYPE',
      outcome: 'refused',
      message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
      command: undefined,
    });
  });

  test.each([
    ['ERR no such key', 'ERR'],
    ['NOSCRIPT', 'NOSCRIPT'],
    ['CUSTOM-CODE_2 from a script', 'CUSTOM-CODE_2'],
    ['Custom text from a script', 'ERR'],
    ['WRONGTYPE: with a colon', 'ERR'],
    ['', 'ERR'],
    [`${'X'.repeat(65)} y`, 'ERR'],
  ])('%j has the code %s', (text, code) => {
    expect(replyErrorFrom(text)).toMatchObject({ code, message: text });
  });

  test('keeps no more than 1,024 characters of the text', () => {
    expect(replyErrorFrom(`ERR ${'x'.repeat(5_000)}`).message).toHaveLength(1_024);
  });

  test('has no stack of the parser, and leaves the limit of stacks as it was', () => {
    const before = Error.stackTraceLimit;
    expect(replyErrorFrom('ERR x').stack).not.toContain('    at ');
    expect(Error.stackTraceLimit).toBe(before);
    expect(new Error('x').stack).toContain('    at ');
  });

  test('is made where a program has frozen Error', () => {
    const descriptor = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!;
    Object.defineProperty(Error, 'stackTraceLimit', { ...descriptor, writable: false });
    try {
      expect(replyErrorFrom('ERR x').message).toBe('ERR x');
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', descriptor);
    }
  });
});

describe('arguments that a server echoes', () => {
  test.each([
    ["ERR unknown command 'FOO', with args beginning with: 'secret' 'b' ", "ERR unknown command 'FOO'"],
    ['ERR unknown command `FOO`, with args beginning with: `secret`, ', 'ERR unknown command `FOO`'],
    ["ERR unknown command 'AUTH secret', with args beginning with: ", "ERR unknown command '...'"],
    ["ERR unknown subcommand 'secret'. Try CLIENT HELP.", "ERR unknown subcommand '...'. Try CLIENT HELP."],
    [
      "NOGROUP No such key 'secret' or consumer group 'secret' in XREADGROUP with GROUP option",
      "NOGROUP No such key '...' or consumer group '...' in XREADGROUP with GROUP option",
    ],
    [
      "ERR Error in ACL SETUSER modifier '>secret': Syntax error",
      "ERR Error in ACL SETUSER modifier '...': Syntax error",
    ],
    ["ERR value 'it''s secret' is bad", "ERR value '...''...' is bad"],
    ['ERR bad "secret" here', "ERR bad '...' here"],
    ["ERR cut off 'secret", "ERR cut off '...'"],
    [
      "ERR Error compiling script (new function): user_script:2: '=' expected near 'secret'",
      "ERR Error compiling script (new function): user_script:2: '=' expected near '...'",
    ],
    [
      "ERR user_script:1: attempt to call global 'a secret' (a nil value)",
      "ERR user_script:1: attempt to call global '...' (a nil value)",
    ],
  ])('%j becomes %j', (text, message) => {
    expect(replyErrorFrom(text).message).toBe(message);
  });

  test.each([
    "ERR wrong number of arguments for 'get' command",
    "ERR wrong number of arguments for 'client|setname' command",
    "NOPERM User default has no permissions to run the 'get' command",
    "OOM command not allowed when used memory > 'maxmemory'.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "DENIED Redis is running in protected mode. Disable it by sending the command 'CONFIG SET protected-mode no'",
    "READONLY You can't write against a read only replica.",
    "ERR user_script:1: Script attempted to access nonexistent global variable 'KEY' script: 1a2b, on @user_script:1.",
    "ERR user_script:3: attempt to call field 'cal' (a nil value) script: 1a2b, on @user_script:3.",
    "ERR user_script:3: attempt to index local 'reply' (a number value) script: 1a2b, on @user_script:3.",
    "ERR Error compiling script (new function): user_script:9: 'end' expected (to close 'if' at line 2) near '<eof>'",
    "MISCONF it's unable to persist to disk; that's bad",
    'WRONGPASS invalid username-password pair or user is disabled.',
  ])('%j stays as it is: it has none', (text) => {
    expect(replyErrorFrom(text).message).toBe(text);
  });
});

describe('a redirection', () => {
  test.each([
    ['MOVED 3999 127.0.0.1:6381', { kind: 'MOVED', slot: 3_999, host: '127.0.0.1', port: 6_381 }],
    ['ASK 0 redis.example:6379', { kind: 'ASK', slot: 0, host: 'redis.example', port: 6_379 }],
    ['MOVED 16383 2001:db8::1:6379', { kind: 'MOVED', slot: 16_383, host: '2001:db8::1', port: 6_379 }],
    ['MOVED 1 [2001:db8::1]:6379', { kind: 'MOVED', slot: 1, host: '2001:db8::1', port: 6_379 }],
    ['MOVED 1 :6379', { kind: 'MOVED', slot: 1, host: '', port: 6_379 }],
  ])('%s', (text, expected) => {
    const error = replyErrorFrom(text);
    expect(error).toBeInstanceOf(RedisRedirectError);
    expect(error).toMatchObject({
      ...expected,
      name: 'RedisRedirectError',
      code: expected.kind,
      outcome: 'refused',
      message: `${text} (another node of a Redis Cluster has the key: RedisClusterClient asks that one by itself)`,
    });
    expect(error.stack).not.toContain('    at ');
  });

  test.each([
    'MOVED',
    'MOVED 1',
    'MOVED x 127.0.0.1:6379',
    'MOVED 1 127.0.0.1',
    'MOVED 1 127.0.0.1:',
    'MOVED 1 127.0.0.1:6379 more',
    'ASK 123456 127.0.0.1:6379',
    'ASKING 1 127.0.0.1:6379',
  ])('%j is an error like others', (text) => {
    expect(replyErrorFrom(text)).not.toBeInstanceOf(RedisRedirectError);
    expect(replyErrorFrom(text).message).toBe(text);
  });
});
