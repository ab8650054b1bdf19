import { HawserError } from '../core/index.ts';
import { TransactionBatch } from './batch.ts';
import type { RedisCommand } from './commands.ts';
import type { Effect } from './effects.ts';
import { RedisReplyError } from './errors.ts';
import { OwnRequest } from './own-request.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';

/** A transaction that was begun on the server and not ended. */
interface OpenTransaction {
  /** How many commands are queued in it. */
  length: number;
  /** What those of them do that do something, once they run. */
  readonly effects: { readonly at: number; readonly effect: Effect }[];
}

/**
 * What the commands on one connection have left behind on the server: an open transaction, watched keys, another
 * database, settings of the client. Known by the replies: what was refused has changed nothing.
 */
export class Leftovers {
  readonly #home: number;
  #database: number;
  #watches = false;
  #hasSettings = false;
  #transaction: OpenTransaction | undefined;
  /** A transaction is open once all that was sent is answered, as far as that is known. */
  #opensTransaction = false;
  /** Commands that begin or end a transaction and are not answered: until then the last of them decides. */
  #boundsDue = 0;

  /** `home` is the database that the handshake has selected. */
  constructor(home: number) {
    this.#home = home;
    this.#database = home;
  }

  /** Whether the next user of the connection would find something. */
  get isDirty(): boolean {
    return (
      this.#transaction !== undefined || this.#watches || this.#hasSettings || this.#database !== this.#home
    );
  }

  /** Whether commands are queued instead of run. */
  get isQueueing(): boolean {
    return this.#transaction !== undefined;
  }

  /** The commands that clear all away, in this order; none when none can. */
  get remedies(): readonly RedisCommand[] {
    if (this.#hasSettings) return [];
    const remedies: RedisCommand[] = [];
    // DISCARD also forgets the watched keys.
    if (this.#transaction !== undefined) remedies.push(['DISCARD']);
    else if (this.#watches) remedies.push(['UNWATCH']);
    if (this.#database !== this.#home) remedies.push(['SELECT', this.#home]);
    return remedies;
  }

  /** A request is about to be sent. Throws for a transaction that would become part of the one that is open. */
  sending(request: RedisRequest): void {
    if (this.#opensTransaction && request.batch instanceof TransactionBatch) {
      throw new HawserError('INVALID_ARGUMENT', 'a transaction is open: EXEC or DISCARD it before', {
        outcome: 'not-sent',
      });
    }
    if (!(request instanceof OwnRequest)) return;
    request.restart();
    for (const effect of request.effects) {
      if (!isBound(effect)) continue;
      this.#boundsDue += 1;
      this.#opensTransaction = effect?.type === 'begin';
    }
  }

  /** A reply has come to a command of this effect. Returns whether it only says that the command is queued. */
  answered(effect: Effect | undefined, reply: RedisReply): boolean {
    const isQueued =
      this.#transaction !== undefined && !runsInTransaction(effect) && !(reply instanceof RedisReplyError);
    this.#learn(effect, reply);
    return isQueued;
  }

  #learn(effect: Effect | undefined, reply: RedisReply): void {
    if (this.#transaction !== undefined && !runsInTransaction(effect)) {
      if (!(reply instanceof RedisReplyError)) queue(this.#transaction, effect);
    } else if (reply instanceof RedisReplyError) {
      // Any other refusal leaves all as it was.
      if (effect?.type === 'execute' && reply.code === 'EXECABORT') this.#end();
    } else if (effect !== undefined) {
      this.#done(effect, reply);
    }
    if (!isBound(effect)) return;
    this.#boundsDue -= 1;
    if (this.#boundsDue === 0) this.#opensTransaction = this.#transaction !== undefined;
  }

  #done(effect: Effect, reply: RedisReply): void {
    switch (effect.type) {
      case 'begin':
        this.#transaction = { length: 0, effects: [] };
        return;
      case 'execute':
        return this.#executed(reply);
      case 'discard':
        return this.#end();
      case 'watch':
        this.#watches = true;
        return;
      case 'unwatch':
        this.#watches = false;
        return;
      case 'select':
        this.#database = effect.database;
        return;
      case 'setting':
        this.#hasSettings = true;
    }
  }

  /** The commands that were queued have run, or none of them: EXEC answers `null` when a watched key was changed. */
  #executed(reply: RedisReply): void {
    const effects = this.#transaction?.effects ?? [];
    this.#end();
    if (!Array.isArray(reply)) return;
    for (const { at, effect } of effects) {
      const own = reply[at];
      if (own !== undefined && !(own instanceof RedisReplyError)) this.#done(effect, own);
    }
  }

  #end(): void {
    this.#transaction = undefined;
    this.#watches = false;
  }
}

/** Whether the command begins or ends a transaction, where it is not refused. */
function isBound(effect: Effect | undefined): boolean {
  return effect?.type === 'begin' || effect?.type === 'execute' || effect?.type === 'discard';
}

/** Whether the command runs at once even while others are queued. */
function runsInTransaction(effect: Effect | undefined): boolean {
  return isBound(effect) || effect?.type === 'watch';
}

function queue(transaction: OpenTransaction, effect: Effect | undefined): void {
  if (effect !== undefined) transaction.effects.push({ at: transaction.length, effect });
  transaction.length += 1;
}
