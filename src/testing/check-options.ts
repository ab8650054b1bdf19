import { checkNames, HawserError, invalidOption, isSignal } from '../core/index.ts';

/** What an option has to be. Ranges are not of its concern. */
export interface Expectation {
  /** In words. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** What it has to have, where it is an object. */
  readonly fields?: Readonly<Record<string, Expectation>>;
}

/** Of all options; the compiler misses one that was forgotten. */
export type Expectations<T> = Readonly<Record<keyof T, Expectation>>;

/**
 * Throws a TypeError for an option that there is not, and for one of another kind than is expected, which says what came, but
 * repeats no text: it may be a password.
 */
export function checkOptions<T extends object>(owner: string, options: T, expected: Expectations<T>): void {
  asTypeError(owner, () => {
    check('options', options, ANY_OBJECT);
    checkNames(options, expected);
    for (const [name, expectation] of Object.entries<Expectation>(expected)) {
      check(name, options[name as keyof T], expectation);
    }
  });
}

/** As {@link checkOptions}, for one that stands by itself. */
export function checkOption(owner: string, option: string, value: unknown, expected: Expectation): void {
  asTypeError(owner, () => check(option, value, expected));
}

/** The words are those of the core; the kind of error is that of this layer, which also says whose option it is. */
function asTypeError(owner: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof HawserError ? new TypeError(`${owner}: ${error.message}`) : error;
  }
}

function check(option: string, value: unknown, { expected, accepts, fields }: Expectation): void {
  if (!accepts(value)) throw invalidOption(option, expected, value);
  if (value === undefined) return;
  for (const [name, field] of Object.entries(fields ?? {})) {
    check(`${option}.${name}`, (value as Readonly<Record<string, unknown>>)[name], field);
  }
}

export const TEXT: Expectation = { expected: 'text', accepts: isText };
export const TEXTS: Expectation = {
  expected: 'an array of text',
  accepts: (value) => isArrayOf(value, isText),
};
export const NUMBER: Expectation = { expected: 'a number', accepts: (value) => typeof value === 'number' };
export const BOOLEAN: Expectation = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};
export const FUNCTION: Expectation = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
};
export const SIGNAL: Expectation = { expected: 'an AbortSignal', accepts: isSignal };
const ANY_OBJECT: Expectation = { expected: 'an object', accepts: isObject };
export const CLOCK: Expectation = anObject('an object with now, setTimer and clearTimer', {
  now: FUNCTION,
  setTimer: FUNCTION,
  clearTimer: FUNCTION,
});

/** An object that has at least these fields. */
export function anObject(expected: string, fields: Readonly<Record<string, Expectation>>): Expectation {
  return { expected, accepts: isObject, fields };
}

/** Each of them, or `undefined`. */
export function optional<K extends string>(
  expectations: Readonly<Record<K, Expectation>>,
): Readonly<Record<K, Expectation>> {
  const entries = Object.entries<Expectation>(expectations).map(([name, expectation]) => {
    const accepts = (value: unknown): boolean => value === undefined || expectation.accepts(value);
    return [name, { ...expectation, accepts }];
  });
  return Object.fromEntries(entries) as Record<K, Expectation>;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArrayOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
