import { readFileSync } from 'node:fs';
import { REFUSED } from '../../src/redis/command-table.ts';
import { NEWER } from './newer.ts';
import { SHAPES } from './shapes.ts';

/** What is known of a command: the server's own words, or ours in newer.ts. */
export interface DescribedCommand {
  readonly summary: string;
  readonly since: string;
  readonly group: string;
  readonly complexity?: string | undefined;
  readonly deprecatedSince?: string | undefined;
  readonly replacedBy?: string | undefined;
  /** For servers among themselves, or for tests of the server. */
  readonly isInternal?: boolean | undefined;
  /** Separated by spaces. */
  readonly flags: string;
  /** Where its keys are, see collect.mjs. */
  readonly keys: string;
  /** Its arguments, in the notation of src/redis/command-notation.ts. */
  readonly syntax: string;
}

/** A command that has a method. */
export interface CataloguedCommand extends DescribedCommand {
  /** As in ACL rules: `CLIENT|KILL`. */
  readonly name: string;
  readonly method: string;
  /** The shape of its reply, in the notation of src/redis/reply-notation.ts. */
  readonly reply: string;
}

/** A command without a method, and why. */
export interface LeftOutCommand {
  readonly name: string;
  readonly reason: string;
}

/** All that redis-commands.json says, by the commands' names. */
export const DESCRIBED: Readonly<Record<string, DescribedCommand>> = (
  JSON.parse(readFileSync(new URL('redis-commands.json', import.meta.url), 'utf8')) as {
    readonly commands: Record<string, DescribedCommand>;
  }
).commands;

/** The methods whose names the rule does not give: the iterators have those. */
const METHODS: ReadonlyMap<string, string> = new Map(
  ['SCAN', 'HSCAN', 'SSCAN', 'ZSCAN'].map((name) => [name, `${name.toLowerCase()}Page`]),
);

/** The method of a command: its name in lower case, a capital behind a space, a dash or an underscore. */
function methodNameOf(command: string): string {
  const name = command.toLowerCase().replaceAll(/[|_-](.)/g, (_, letter: string) => letter.toUpperCase());
  return METHODS.get(command) ?? name;
}

/** Every command that has a method, by name. */
export const CATALOGUE: readonly CataloguedCommand[] = [...shaped(), ...newer()].toSorted((one, other) =>
  one.name < other.name ? -1 : 1,
);

/** Every command of Redis 7.0 that has none. */
export const LEFT_OUT: readonly LeftOutCommand[] = Object.entries(DESCRIBED)
  .filter(([name]) => !CATALOGUE.some((each) => each.name === name))
  .map(([name, described]) => ({ name, reason: reasonOf(name, described) }));

function shaped(): CataloguedCommand[] {
  const lines = SHAPES.trim().split(/\n+/);
  return lines.map((line) => {
    const [, name = '', syntax, reply = ''] = /^(\S+)(?: (.+))? => (.+)$/.exec(line) ?? [];
    const described = DESCRIBED[name];
    if (described === undefined) throw new Error(`No command of Redis 7.0: ${line}`);
    return { ...described, name, method: methodNameOf(name), syntax: syntax ?? described.syntax, reply };
  });
}

function newer(): CataloguedCommand[] {
  return Object.entries(NEWER).map(([name, each]) => ({ ...each, name, method: methodNameOf(name) }));
}

function reasonOf(name: string, { isInternal }: DescribedCommand): string {
  const refusal = REFUSED.get(name)?.leased;
  if (refusal !== undefined) return `${refusal.why}; ${refusal.instead}`;
  if (isInternal === true) return 'it is for servers among themselves, or for tests of the server';
  if (name.endsWith('|HELP')) return 'its text is for people at a terminal';
  if (name === 'SHUTDOWN')
    return 'it has no reply where it succeeds: `command` runs it, and fails with CONNECTION_LOST';
  throw new Error(`${name} has no shape in shapes.ts, and no reason to have none`);
}
