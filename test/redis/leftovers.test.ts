import { describe, expect, test } from 'vitest';
import { TransactionBatch } from '../../src/redis/batch.ts';
import { commandInfo } from '../../src/redis/commands.ts';
import { RedisReplyError } from '../../src/redis/errors.ts';
import { effectOf, type Effect } from '../../src/redis/effects.ts';
import { Leftovers } from '../../src/redis/leftovers.ts';
import { Footprint, OwnRequest } from '../../src/redis/own-request.ts';
import { PLAIN_FORM, type RedisReply } from '../../src/redis/reply.ts';
import { RedisRequest } from '../../src/redis/request.ts';

function effect(command: string): Effect | undefined {
  const words = command.split(' ');
  return effectOf(commandInfo(words[0]), words);
}

/** What is left after these commands and their replies. */
function left(...answers: readonly [command: string, reply: RedisReply][]): Leftovers {
  const leftovers = new Leftovers(3);
  for (const [command, reply] of answers) leftovers.answered(effect(command), reply);
  return leftovers;
}

const REFUSED = new RedisReplyError('ERR no');
const ABORTED = new RedisReplyError('EXECABORT Transaction discarded because of previous errors.');

describe('what commands leave behind on a connection', () => {
  test.each<[string, [string, RedisReply][], string[]]>([
    ['nothing, as most', [['GET a', '1']], []],
    ['an open transaction', [['MULTI', 'OK']], ['DISCARD']],
    ['watched keys', [['WATCH a', 'OK']], ['UNWATCH']],
    [
      'both, which DISCARD ends together',
      [
        ['WATCH a', 'OK'],
        ['MULTI', 'OK'],
      ],
      ['DISCARD'],
    ],
    ['another database', [['SELECT 5', 'OK']], ['SELECT 3']],
    [
      'all of them',
      [
        ['SELECT 5', 'OK'],
        ['WATCH a', 'OK'],
        ['MULTI', 'OK'],
      ],
      ['DISCARD', 'SELECT 3'],
    ],
    ['nothing, when it was refused', [['MULTI', REFUSED]], []],
    ['nothing, when the database was refused', [['SELECT 99', REFUSED]], []],
    [
      'nothing, when it is undone',
      [
        ['SELECT 5', 'OK'],
        ['WATCH a', 'OK'],
        ['UNWATCH', 'OK'],
        ['SELECT 3', 'OK'],
      ],
      [],
    ],
    [
      'nothing after EXEC, which forgets watched keys too',
      [
        ['WATCH a', 'OK'],
        ['MULTI', 'OK'],
        ['INCR a', 'QUEUED'],
        ['EXEC', [1]],
      ],
      [],
    ],
    [
      'nothing after an EXEC that found a key changed',
      [
        ['WATCH a', 'OK'],
        ['MULTI', 'OK'],
        ['SELECT 5', 'QUEUED'],
        ['EXEC', null],
      ],
      [],
    ],
    [
      'nothing after an EXEC that was given up',
      [
        ['WATCH a', 'OK'],
        ['MULTI', 'OK'],
        ['NOPE', REFUSED],
        ['EXEC', ABORTED],
      ],
      [],
    ],
    [
      'nothing after DISCARD',
      [
        ['WATCH a', 'OK'],
        ['MULTI', 'OK'],
        ['DISCARD', 'OK'],
      ],
      [],
    ],
    [
      'watched keys, when there was no transaction for EXEC and DISCARD to end',
      [
        ['WATCH a', 'OK'],
        ['EXEC', REFUSED],
        ['DISCARD', REFUSED],
      ],
      ['UNWATCH'],
    ],
    [
      'the transaction, when DISCARD was refused',
      [
        ['MULTI', 'OK'],
        ['DISCARD', REFUSED],
      ],
      ['DISCARD'],
    ],
    [
      'the transaction, when a second MULTI and WATCH in it were refused',
      [
        ['MULTI', 'OK'],
        ['MULTI', REFUSED],
        ['WATCH a', REFUSED],
      ],
      ['DISCARD'],
    ],
    [
      'what a transaction has done once it ran',
      [
        ['MULTI', 'OK'],
        ['GET a', 'QUEUED'],
        ['SELECT 5', 'QUEUED'],
        ['SELECT 99', 'QUEUED'],
        ['EXEC', [null, 'OK', REFUSED]],
      ],
      ['SELECT 3'],
    ],
    [
      'not what was refused within a transaction',
      [
        ['MULTI', 'OK'],
        ['NOPE', REFUSED],
        ['GET a', 'QUEUED'],
        ['SELECT 5', 'QUEUED'],
        ['EXEC', [null, REFUSED]],
      ],
      [],
    ],
  ])('is %s', (_, answers, remedies) => {
    const leftovers = left(...answers);
    expect(leftovers.isDirty).toBe(remedies.length > 0);
    expect(leftovers.remedies.map((command) => command.join(' '))).toEqual(remedies);
  });

  test.each(['SETNAME x', 'SETINFO LIB-NAME x', 'NO-TOUCH ON', 'FUTURE x'])(
    'is a setting after CLIENT %s, which nothing clears away',
    (subcommand) => {
      const leftovers = left(['SELECT 5', 'OK'], [`CLIENT ${subcommand}`, 'OK']);
      expect(leftovers.isDirty).toBe(true);
      expect(leftovers.remedies).toEqual([]);
    },
  );

  test.each(['ID', 'list', 'KILL ID 1', 'GETNAME', 'PAUSE 1'])('is nothing after CLIENT %s', (subcommand) => {
    expect(left([`CLIENT ${subcommand}`, 'OK']).isDirty).toBe(false);
  });

  test('is a setting too when it was set in a transaction', () => {
    const leftovers = left(['MULTI', 'OK'], ['CLIENT SETNAME x', 'QUEUED']);
    expect(leftovers.remedies).toEqual(['DISCARD'].map((name) => [name]));
    leftovers.answered(effect('EXEC'), ['OK']);
    expect(leftovers.isDirty).toBe(true);
    expect(leftovers.remedies).toEqual([]);
  });

  test('is gone once the remedies have been answered', () => {
    const leftovers = left(['SELECT 5', 'OK'], ['WATCH a', 'OK'], ['MULTI', 'OK'], ['SELECT 6', 'QUEUED']);
    for (const [name, ...args] of leftovers.remedies) {
      leftovers.answered(effectOf(commandInfo(name), [name!, ...args]), 'OK');
    }
    expect(leftovers.isDirty).toBe(false);
  });
});

describe('a transaction in a row', () => {
  const transaction = new RedisRequest('MULTI', '', 0, false, PLAIN_FORM, undefined, new TransactionBatch());

  test('is refused from the moment that a MULTI is sent, until it is ended or refused', () => {
    const leftovers = new Leftovers(0);
    leftovers.sending(transaction);
    leftovers.sending(own('MULTI'));
    expect(() => leftovers.sending(transaction)).toThrow(/a transaction is open/);
    leftovers.answered(effect('MULTI'), 'OK');
    leftovers.sending(own('INCR a'));
    expect(() => leftovers.sending(transaction)).toThrow(/a transaction is open/);
    leftovers.sending(own('EXEC'));
    leftovers.sending(transaction);
    leftovers.sending(own('MULTI'));
    leftovers.sending(own('DISCARD'));
    leftovers.sending(transaction);
    leftovers.answered(effect('EXEC'), []);
    leftovers.answered(effect('MULTI'), 'OK');
    leftovers.answered(effect('DISCARD'), 'OK');
    leftovers.sending(own('MULTI'));
    leftovers.answered(effect('MULTI'), REFUSED);
    leftovers.sending(transaction);
  });

  test.each<[string, [string, RedisReply][], boolean]>([
    [
      'a second MULTI is refused in front of the end',
      [
        ['MULTI', 'OK'],
        ['MULTI', REFUSED],
        ['DISCARD', 'OK'],
      ],
      false,
    ],
    [
      'a first MULTI is refused in front of another',
      [
        ['MULTI x', REFUSED],
        ['MULTI', 'OK'],
      ],
      true,
    ],
    [
      'its end is refused',
      [
        ['MULTI', 'OK'],
        ['DISCARD x', REFUSED],
      ],
      true,
    ],
    [
      'it was given up in front of another',
      [
        ['MULTI', 'OK'],
        ['EXEC', ABORTED],
        ['MULTI', 'OK'],
      ],
      true,
    ],
  ])('that is asked when all at once was sent, and %s', (_, answers, isRefused) => {
    const leftovers = new Leftovers(0);
    for (const [command] of answers) leftovers.sending(own(command));
    for (const [command, reply] of answers) leftovers.answered(effect(command), reply);
    const ask = (): void => leftovers.sending(transaction);
    if (isRefused) expect(ask).toThrow(/a transaction is open/);
    else expect(ask).not.toThrow();
  });
});

function own(command: string): OwnRequest {
  const words = command.split(' ');
  const footprint = new Footprint();
  footprint.add(commandInfo(words[0]), words, false);
  const plain = {
    repeatable: false,
    form: PLAIN_FORM,
    convert: undefined,
    batch: undefined,
    stallAfterMs: 0,
  };
  return new OwnRequest('X', { data: '', bytes: 0 }, { ...plain, footprint });
}
