import { HawserError } from '../../core/index.ts';
import type { RedisArgument } from '../argument-text.ts';
import { invalidArgument } from '../argument-checks.ts';

/** How many keys, or arguments, there are, or what each is called. `undefined`: any number. */
export type ParameterSpec = number | readonly string[] | undefined;

/** The keys, or arguments, as a call gives them: an object by their names, a list of so many, or any list. */
export type GivenParameters<P extends ParameterSpec> = P extends readonly string[]
  ? { readonly [Name in P[number]]: RedisArgument }
  : P extends number
    ? ListOf<P>
    : readonly RedisArgument[];

type ListOf<
  Length extends number,
  Items extends readonly RedisArgument[] = readonly [],
> = number extends Length
  ? readonly RedisArgument[]
  : Items['length'] extends Length
    ? Items
    : ListOf<Length, readonly [...Items, RedisArgument]>;

const COUNT_MAX = 255;

/** Checks a definition. Throws INVALID_ARGUMENT. */
export function checkSpec(what: string, spec: ParameterSpec): void {
  if (spec === undefined || (Number.isSafeInteger(spec) && Number(spec) >= 0 && Number(spec) <= COUNT_MAX)) {
    return;
  }
  const areNames = Array.isArray(spec) && spec.every((name) => typeof name === 'string');
  if (areNames && spec.length <= COUNT_MAX && new Set(spec).size === spec.length) return;
  throw invalidArgument(what, `a number up to ${COUNT_MAX} or an array of names, each once`, spec);
}

/** What a call was given, in order. Throws INVALID_ARGUMENT for what does not fit the definition. */
export function listOf(what: string, spec: ParameterSpec, given: unknown): readonly RedisArgument[] {
  if (typeof spec === 'object') return valuesOf(what, spec, given);
  if (!Array.isArray(given)) throw invalidArgument(what, 'array', given);
  if (spec === undefined || given.length === spec) return given as readonly RedisArgument[];
  throw misfit(`${what}: expected ${spec}, got ${given.length}`);
}

function valuesOf(what: string, names: readonly string[], given: unknown): readonly RedisArgument[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidArgument(what, `object with ${names.join(', ')}`, given);
  }
  const values = given as Readonly<Record<string, RedisArgument | undefined>>;
  const others = Object.keys(values).length - names.filter((name) => Object.hasOwn(values, name)).length;
  if (others > 0) throw misfit(`${what}: expected ${names.join(', ')} and no other, got ${others} more`);
  return names.map((name) => {
    const value = values[name];
    if (value === undefined) throw misfit(`${what}: ${name} is missing`);
    return value;
  });
}

function misfit(message: string): HawserError {
  return new HawserError('INVALID_ARGUMENT', message, { outcome: 'not-sent' });
}
