import type { RedisCommand } from '../commands.ts';
import type { RedisReplyError } from '../errors.ts';
import type { RedisReply } from '../reply.ts';
import { invalidArgument } from '../argument-checks.ts';
import type { TypedCommand, WantedForm } from '../typed-command.ts';
import { Invocable, type Invocation, type InvocableDefinition } from './invocable.ts';
import type { GivenParameters, ParameterSpec } from './parameters.ts';

/** A function of a library, as {@link defineLibrary} makes it: for `redis.invoke()`, of any client. */
export class LibraryFunction<K extends ParameterSpec, A extends ParameterSpec, V> extends Invocable<K, A, V> {
  readonly name: string;
  readonly #library: { readonly code: string };

  /** Made by {@link defineLibrary}. */
  constructor(name: string, definition: InvocableDefinition<K, A, V>, library: { readonly code: string }) {
    super(definition, name);
    this.name = name;
    this.#library = library;
  }

  override command(keys: GivenParameters<K>, args: GivenParameters<A>, form?: WantedForm): TypedCommand<V> {
    return this.typed(this.#word, this.#call(keys, args), form);
  }

  override invocation(keys: GivenParameters<K>, args: GivenParameters<A>): Invocation {
    const command = this.#call(keys, args);
    const source = this.#library;
    return {
      command,
      isMissing,
      source,
      load: ['FUNCTION', 'LOAD', 'REPLACE', source.code],
      loaded: command,
    };
  }

  get #word(): string {
    return this.readOnly ? 'FCALL_RO' : 'FCALL';
  }

  #call(keys: GivenParameters<K>, args: GivenParameters<A>): RedisCommand {
    return [this.#word, this.name, ...this.parametersOf(this.name, keys, args)];
  }
}

/** What is known of the functions of a library, by their names. */
export type FunctionDefinitions = Readonly<
  Record<string, InvocableDefinition<ParameterSpec, ParameterSpec, unknown>>
>;

/** The functions of a library, by their names, to be invoked. */
export type LibraryFunctions<F extends FunctionDefinitions> = {
  readonly [Name in keyof F]: LibraryFunction<
    F[Name] extends { readonly keys: infer K extends ParameterSpec } ? K : undefined,
    F[Name] extends { readonly args: infer A extends ParameterSpec } ? A : undefined,
    F[Name] extends { readonly reply: (reply: RedisReply) => infer V } ? V : RedisReply
  >;
};

/** A library of functions (Redis 7.0), as {@link defineLibrary} makes it. */
export interface Library<F extends FunctionDefinitions> {
  /** Its text: `#!lua name=...` and what registers its functions. */
  readonly code: string;
  readonly functions: LibraryFunctions<F>;
}

/**
 * Defines a library of functions, once for all clients: `redis.invoke(library.functions.name, keys, args)` calls one, and
 * loads the library first where the server does not have that function. Throws INVALID_ARGUMENT. See docs/scripts.md.
 */
export function defineLibrary<const F extends FunctionDefinitions>(definition: {
  readonly code: string;
  readonly functions: F;
}): Library<F> {
  if (typeof definition !== 'object' || definition === null) {
    throw invalidArgument('a library', 'object', definition);
  }
  const { code, functions } = definition;
  if (typeof code !== 'string') throw invalidArgument('code', 'string', code);
  if (typeof functions !== 'object' || functions === null) {
    throw invalidArgument('functions', 'object', functions);
  }
  const library = { code };
  const made = Object.entries(functions).map(([name, each]) => {
    if (typeof each !== 'object' || each === null) throw invalidArgument(`function ${name}`, 'object', each);
    return [name, new LibraryFunction(name, each, library)];
  });
  return { code, functions: Object.fromEntries(made) as LibraryFunctions<F> };
}

/** By the server's words, for it has no code for it. */
function isMissing({ message }: RedisReplyError): boolean {
  return message.startsWith('ERR Function not found');
}
