import { checkFlag, invalidArgument } from '../argument-checks.ts';
import { checkCallOptions } from '../call-options.ts';
import type { RedisCommand } from '../commands.ts';
import type { RedisReplyError } from '../errors.ts';
import type { RedisReply } from '../reply.ts';
import { TypedCommand, type WantedForm } from '../typed-command.ts';
import { checkSpec, listOf, type GivenParameters, type ParameterSpec } from './parameters.ts';

/** What a script, or a function of a library, takes and answers with. */
export interface InvocableDefinition<K extends ParameterSpec, A extends ParameterSpec, V> {
  /** The number of its keys, or a name for each. Default: any number. */
  readonly keys?: K | undefined;
  /** The number of its other arguments, or a name for each. Default: any number. */
  readonly args?: A | undefined;
  /**
   * It only reads, and the server refuses what writes (EVALSHA_RO, FCALL_RO: Redis 7.0): it is asked once more when the
   * connection was lost over it, as every read. Default `false`: it is never repeated, unless the call says `retry: 'always'`.
   */
  readonly readOnly?: boolean | undefined;
  /** Makes the caller's value of the reply. What it throws is what the call rejects with. Default: the reply as it comes. */
  readonly reply?: ((reply: RedisReply) => V) | undefined;
}

/** What the server may have lost, and what brings it back. */
export interface Invocation {
  /** Runs what the server has. */
  readonly command: RedisCommand;
  /** Whether the server has said that it does not have it. */
  isMissing(error: RedisReplyError): boolean;
  /** Whose loading makes it known: that of others counts too. */
  readonly source: object;
  /** Brings it back, where running it does not; to be repeated as often as one likes. */
  readonly load: RedisCommand | undefined;
  /** Runs it, once it is brought back. */
  readonly loaded: RedisCommand;
}

/** A script or a function that can be invoked: `redis.invoke(script, keys, args)`. */
export abstract class Invocable<K extends ParameterSpec, A extends ParameterSpec, V> {
  /** The server refuses what writes. */
  readonly readOnly: boolean;
  readonly #keys: K | undefined;
  readonly #args: A | undefined;
  readonly #reply: ((reply: RedisReply) => V) | undefined;

  protected constructor(definition: InvocableDefinition<K, A, V>, name: string) {
    const { keys, args, readOnly, reply } = definition;
    checkSpec(`keys of ${name}`, keys);
    checkSpec(`args of ${name}`, args);
    checkFlag(name, 'readOnly', readOnly);
    if (reply !== undefined && typeof reply !== 'function') {
      throw invalidArgument(`reply of ${name}`, 'function', reply);
    }
    this.readOnly = readOnly === true;
    this.#keys = keys;
    this.#args = args;
    this.#reply = reply;
  }

  /**
   * The command that runs it, whether the server knows it or not, for `pipeline()` and `transaction()`, which answer with the caller's
   * value of its reply. Throws INVALID_ARGUMENT.
   */
  abstract command(keys: GivenParameters<K>, args: GivenParameters<A>, form?: WantedForm): TypedCommand<V>;

  /** What runs it alone. Throws INVALID_ARGUMENT. */
  abstract invocation(keys: GivenParameters<K>, args: GivenParameters<A>): Invocation;

  /** The caller's value of a reply. */
  valueOf(reply: RedisReply): V {
    return this.#reply === undefined ? (reply as V) : this.#reply(reply);
  }

  /** A command whose answer is the caller's value of its reply. */
  protected typed(name: string, command: RedisCommand, form: WantedForm = {}): TypedCommand<V> {
    checkCallOptions(name, form);
    return new TypedCommand(name, command, form, (reply) => this.valueOf(reply));
  }

  /** The number of keys, the keys and the arguments, as they stand in a command. Throws INVALID_ARGUMENT. */
  protected parametersOf(name: string, keys: GivenParameters<K>, args: GivenParameters<A>): RedisCommand {
    const names = listOf(`keys of ${name}`, this.#keys, keys);
    return [names.length, ...names, ...listOf(`args of ${name}`, this.#args, args)];
  }
}
