import { HawserError } from '../core/index.ts';

/** The error for an argument that cannot be meant. It says what kind of value came, not which. */
export function invalidArgument(what: string, expected: string, got: unknown, command?: string): HawserError {
  return new HawserError('INVALID_ARGUMENT', `${what}: expected ${expected}, got ${kindOf(got)}`, {
    outcome: 'not-sent',
    command,
  });
}

function kindOf(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return 'a number that is not finite';
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'an empty array' : 'an array';
  }
  return value === null ? 'null' : typeof value;
}

/** Throws INVALID_ARGUMENT for an option that there is not. */
export function checkNames(command: string, options: object, names: ReadonlySet<string>): void {
  const unknown = Object.keys(options).find((name) => !names.has(name));
  if (unknown === undefined) return;
  const message = `options of ${command}: ${unknownName(unknown, [...names])}`;
  throw new HawserError('INVALID_ARGUMENT', message, { outcome: 'not-sent', command });
}

/** Says which names there are in place of one that there is not. */
export function unknownName(name: string, known: readonly string[]): string {
  // Names are the program's own, unless it made them of data.
  const harmless = /^\w{1,32}$/.test(name) ? name : 'of that name';
  return `there is no ${harmless}; there are ${known.join(', ')}`;
}

/** Throws INVALID_ARGUMENT for an option that is neither left out nor a boolean: `1` would else pass for `false`. */
export function checkFlag(command: string, option: string, value: boolean | undefined): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw invalidArgument(`${option} of ${command}`, 'boolean', value, command);
}

/** Throws INVALID_ARGUMENT for an option that is no whole number above 0. */
export function checkCount(command: string, option: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return;
  throw invalidArgument(`${option} of ${command}`, 'a whole number above 0', value, command);
}
