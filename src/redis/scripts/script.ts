import type { RedisCommand } from '../commands.ts';
import type { RedisReplyError } from '../errors.ts';
import type { RedisReply } from '../reply.ts';
import { invalidArgument } from '../argument-checks.ts';
import type { TypedCommand, WantedForm } from '../typed-command.ts';
import { Invocable, type Invocation, type InvocableDefinition } from './invocable.ts';
import type { GivenParameters, ParameterSpec } from './parameters.ts';

/** A script, and what it takes and answers with. */
export interface ScriptDefinition<
  K extends ParameterSpec,
  A extends ParameterSpec,
  V,
> extends InvocableDefinition<K, A, V> {
  /** Its text, in which `KEYS[1]` is the first key and `ARGV[1]` the first argument. */
  readonly lua: string;
}

/** A script in Lua, as {@link defineScript} makes it: for `redis.invoke()`, of any client. */
export class Script<K extends ParameterSpec, A extends ParameterSpec, V> extends Invocable<K, A, V> {
  readonly lua: string;
  #sha1: string | undefined;

  /** Made by {@link defineScript}. */
  constructor(definition: ScriptDefinition<K, A, V>) {
    super(definition, 'the script');
    if (typeof definition.lua !== 'string') throw invalidArgument('lua', 'string', definition.lua);
    this.lua = definition.lua;
  }

  /** By which the server knows it: the SHA-1 of its text, in hexadecimal. */
  get sha1(): string {
    return (this.#sha1 ??= sha1Of(this.lua));
  }

  override command(keys: GivenParameters<K>, args: GivenParameters<A>, form?: WantedForm): TypedCommand<V> {
    const command = this.#withText(this.parametersOf('the script', keys, args));
    return this.typed(this.readOnly ? 'EVAL_RO' : 'EVAL', command, form);
  }

  override invocation(keys: GivenParameters<K>, args: GivenParameters<A>): Invocation {
    const parameters = this.parametersOf('the script', keys, args);
    return {
      command: [this.readOnly ? 'EVALSHA_RO' : 'EVALSHA', this.sha1, ...parameters],
      isMissing,
      source: this,
      load: undefined,
      loaded: this.#withText(parameters),
    };
  }

  #withText(parameters: RedisCommand): RedisCommand {
    return [this.readOnly ? 'EVAL_RO' : 'EVAL', this.lua, ...parameters];
  }
}

/**
 * Defines a script, once for all clients: `redis.invoke(script, keys, args)` sends its SHA-1 alone, and its text where the
 * server does not know it. Throws INVALID_ARGUMENT. See docs/scripts.md.
 */
export function defineScript<
  const K extends ParameterSpec = undefined,
  const A extends ParameterSpec = undefined,
  V = RedisReply,
>(definition: ScriptDefinition<K, A, V>): Script<K, A, V> {
  if (typeof definition !== 'object' || definition === null) {
    throw invalidArgument('a script', 'object', definition);
  }
  return new Script(definition);
}

/** By the server's words, not the code alone: a script that has run may refuse with that too. */
function isMissing({ message }: RedisReplyError): boolean {
  return message.startsWith('NOSCRIPT No matching script');
}

function sha1Of(text: string): string {
  // Loaded by those alone who run scripts.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha1').update(text).digest('hex');
}
