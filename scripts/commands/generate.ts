import { WAITING } from '../../src/redis/command-table.ts';
import { isNeeded, parseCommand, type CommandNotation, type Part } from '../../src/redis/command-notation.ts';
import { parseReply, type ReplyCase } from '../../src/redis/reply-notation.ts';
import { CATALOGUE, DESCRIBED, type CataloguedCommand } from './catalogue.ts';
import { NEWER } from './newer.ts';
import {
  propertiesOf,
  typeOfPart,
  typeOfShape,
  uniqueProperties,
  usesOf,
  writtenPart,
  type Property,
} from './types.ts';

const HEADER = '// Made by `npm run generate:commands`; see scripts/commands.\n';
const RESERVED: ReadonlySet<string> = new Set(['function']);

/** The files of src/redis/generated, by name. */
export function generateCommands(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const groups = [...new Set(CATALOGUE.map(({ group }) => group))].toSorted();
  for (const group of groups) {
    files.set(
      `${group}-commands.ts`,
      groupFile(
        group,
        CATALOGUE.filter((each) => each.group === group),
      ),
    );
  }
  files.set('all-commands.ts', allFile(groups));
  files.set('command-lines.ts', linesFile());
  files.set('command-keys.ts', keysFile());
  return files;
}

function linesFile(): string {
  const lines = CATALOGUE.map(({ method, name, syntax, reply }) => {
    const notation = syntax === '' ? name : `${name} ${syntax}`;
    return `  ${method}: '${kindOfCall(parseCommand(notation))} ${notation} => ${reply}',\n`;
  });
  return (
    `${HEADER}/** Each method's command: its arguments, and the shape of its reply. */\n` +
    `export const COMMAND_LINES: Readonly<Record<string, string>> = {\n${lines.join('')}};\n`
  );
}

/** Channels (`!`) are no keys, and what Redis cannot tell (`?`) is in src/redis/command-keys.ts. */
function keysFile(): string {
  const names = new Map<string, string[]>();
  for (const [name, { keys }] of Object.entries({ ...DESCRIBED, ...NEWER })) {
    const specs = keys
      .split(' ')
      .filter((spec) => !/[!?]/.test(spec))
      .join(' ');
    names.set(specs, [...(names.get(specs) ?? []), name]);
  }
  const lines = [...names]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([specs, each]) => `  '${specs}':\n    '${each.toSorted().join(' ')}',\n`);
  return (
    `${HEADER}/** Where commands have their keys, by where: see src/redis/command-keys.ts. */\n` +
    `export const COMMAND_KEYS: Readonly<Record<string, string>> = {\n${lines.join('')}};\n`
  );
}

/** See methodsOf of src/redis/command-methods.ts. */
function kindOfCall({ words, parts }: CommandNotation): number {
  const needed = parts.filter(({ kind }) => kind !== 'optional');
  const isPlain = needed.every(
    (part) => part.kind === 'value' && !part.isList && (part.type === 'any' || part.type === 'int'),
  );
  if (words.length > 1) return 0;
  if (isPlain) return needed.length <= 3 ? needed.length : 0;
  const isList = (part: Part | undefined): boolean =>
    part?.kind === 'value' && part.isList && part.type === 'any';
  const [first, second, ...others] = needed;
  if (isList(first) && second === undefined) return 4;
  const isKeyed = first?.kind === 'value' && !first.isList && first.type === 'any';
  return isKeyed && isList(second) && others.length === 0 ? 5 : 0;
}

function allFile(groups: readonly string[]): string {
  const imports = groups.map(
    (group) => `import type { ${interfaceOf(group)} } from './${group}-commands.ts';\n`,
  );
  return (
    `${HEADER}${imports.join('')}import type { Answers } from '../typed-command.ts';\n\n` +
    '/** A method for each command: it gives a promise of the answer, or the command itself. See docs/commands.md. */\n' +
    "export interface CommandMethods<As extends keyof Answers<unknown> = 'promise'>\n  extends\n" +
    `${groups.map((group) => `    ${interfaceOf(group)}<As>`).join(',\n')} {}\n`
  );
}

function interfaceOf(group: string): string {
  return `${group.split('-').map(capital).join('')}Commands`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function groupFile(group: string, commands: readonly CataloguedCommand[]): string {
  const types: string[] = [];
  const methods = commands.map((command) => new MethodText(command, types).text());
  const body = `${types.join('\n')}\n/** Commands of the group ${group}. */\nexport interface ${interfaceOf(group)}<As extends keyof Answers<unknown> = 'promise'> {\n${methods.join('\n')}}\n`;
  const imported = (names: readonly string[], from: string): string => {
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(body));
    return used.length === 0 ? '' : `import type { ${used.join(', ')} } from '${from}';\n`;
  };
  return (
    HEADER +
    imported(['Buffer'], 'node:buffer') +
    imported(['RedisArgument'], '../argument-text.ts') +
    imported(['AsBigints', 'AsBuffers', 'AsNumbers', 'AsText', 'CallOptions'], '../call-options.ts') +
    imported(['RedisPairs', 'RedisPlace', 'Values'], '../command-values.ts') +
    imported(['RedisReply'], '../reply.ts') +
    imported(['Answers'], '../typed-command.ts') +
    `\n${body}`
  );
}

/** The overloads of one method. */
class MethodText {
  readonly #command: CataloguedCommand;
  readonly #parts: readonly Part[];
  readonly #cases: readonly ReplyCase[];
  readonly #options: readonly Property[];
  readonly #types: string[];

  constructor(command: CataloguedCommand, types: string[]) {
    this.#command = command;
    this.#parts = parseCommand(`${command.name} ${command.syntax}`).parts;
    this.#cases = parseReply(command.reply);
    this.#options = uniqueProperties(propertiesOf(this.#parts.filter((part) => !isNeeded(part))));
    this.#types = types;
  }

  text(): string {
    this.#declareOptions();
    const replies = this.#cases.map((each) => this.#replyTypes(each));
    const overloads = this.#cases.flatMap((each, index) => this.#overloadsOf(each, replies[index]!));
    if (overloads.length > 1) {
      const types = [...new Set(replies.map((typeOf) => typeOf('string | Buffer', 'number | bigint')))];
      overloads.push(`options?: ${this.#optionsType}): Answers<${unionOf(types)}>[As]`);
    }
    return `${this.#documentation()}${overloads.map((each) => `  ${this.#head()}${each};\n`).join('')}`;
  }

  get #optionsType(): string {
    return this.#options.length === 0 ? 'CallOptions' : `${capital(this.#command.method)}Options`;
  }

  #head(): string {
    const needed = this.#parts.filter(isNeeded);
    const generic = needed.some(
      (part) => part.kind === 'value' && (part.type === 'pairs' || part.type === 'streams'),
    );
    const parameters = needed.map((part) => `${parameterOf(part.name)}: ${typeOfPart(part)}, `).join('');
    return `${this.#command.method}${generic ? '<V extends Values<V>>' : ''}(${parameters}`;
  }

  #declareOptions(): void {
    if (this.#options.length === 0) return;
    const properties = this.#options.map(
      ({ name, type, written }) => `  /** \`${written}\` */\n  readonly ${name}?: ${type} | undefined;\n`,
    );
    this.#types.push(
      `/** Options of {@link ${interfaceOf(this.#command.group)}.${this.#command.method}}. */\n` +
        `export interface ${this.#optionsType} extends CallOptions {\n${properties.join('')}}\n`,
    );
  }

  /** The type of the reply in a case, given those of text and integers; named where it is long. */
  #replyTypes({ option, shape }: ReplyCase): (text: string, integer: string) => string {
    const inline = typeOfShape(shape, 'Text', 'Integer');
    if (!inline.includes('{') || inline.length < 60)
      return (text, integer) => typeOfShape(shape, text, integer);
    const uses = usesOf(shape);
    const parameters = [...(uses.text ? ['Text'] : []), ...(uses.integers ? ['Integer'] : [])];
    const name = `${capital(this.#command.method)}${capital(option)}Reply`;
    const isList = shape.kind === 'list';
    const isNullable = shape.kind === 'nullable';
    const named = isList || isNullable ? typeOfShape(shape.of, 'Text', 'Integer') : inline;
    this.#types.push(
      `/** What {@link ${interfaceOf(this.#command.group)}.${this.#command.method}} answers with${isList ? ', one of them' : ''}. */\n` +
        `export type ${name}${parameters.length > 0 ? `<${parameters.join(', ')}>` : ''} = ${named};\n`,
    );
    return (text, integer) => {
      const given = [...(uses.text ? [text] : []), ...(uses.integers ? [integer] : [])];
      return `${name}${given.length > 0 ? `<${given.join(', ')}>` : ''}${isList ? '[]' : isNullable ? ' | null' : ''}`;
    };
  }

  #overloadsOf({ option, shape }: ReplyCase, typeOf: (text: string, integer: string) => string): string[] {
    const uses = usesOf(shape);
    const condition = option === '' ? this.#without() : ` & ${this.#withOption(option)}`;
    const overloads: string[] = [];
    for (const text of uses.text ? ['string', 'Buffer'] : ['string']) {
      for (const integer of uses.integers ? ['number', 'bigint'] : ['number']) {
        const isPlain = option === '' && text === 'string' && integer === 'number';
        const asText = uses.text ? ` & ${text === 'string' ? 'AsText' : 'AsBuffers'}` : '';
        const asInteger = uses.integers ? ` & ${integer === 'number' ? 'AsNumbers' : 'AsBigints'}` : '';
        const type = `${this.#optionsType}${asText}${asInteger}${condition}`;
        overloads.push(`options${isPlain ? '?' : ''}: ${type}): Answers<${typeOf(text, integer)}>[As]`);
      }
    }
    return overloads;
  }

  #without(): string {
    const options = this.#cases.slice(1).map(({ option }) => {
      const isFlag = this.#property(option).type === 'boolean';
      return `readonly ${option}?: ${isFlag ? 'false | undefined' : 'undefined'}`;
    });
    return options.length === 0 ? '' : ` & { ${options.join('; ')} }`;
  }

  #withOption(option: string): string {
    const { type } = this.#property(option);
    return `{ readonly ${option}: ${type === 'boolean' ? 'true' : type} }`;
  }

  #property(option: string): Property {
    const property = this.#options.find(({ name }) => name === option);
    if (property === undefined) throw new Error(`${this.#command.name} has no option ${option}`);
    return property;
  }

  #documentation(): string {
    const { name, summary, since, complexity, deprecatedSince, replacedBy } = this.#command;
    const written = [name.replace('|', ' '), ...this.#parts.map(writtenPart)].join(' ');
    const lines = [
      sentence(summary),
      '',
      `\`${written}\`, since ${since}.${complexity === undefined ? '' : ` ${sentence(complexity)}`}`,
      ...(WAITING.has(name)
        ? ['It may wait on the server, for which it takes a connection of its own: docs/blocking.md.']
        : []),
      ...(deprecatedSince === undefined
        ? []
        : [
            '',
            `@deprecated since ${deprecatedSince}${replacedBy === undefined ? '' : `: use ${replacedBy.replaceAll('!', '')}`}`,
          ]),
    ];
    return `  /**\n${lines.map((line) => `   *${line === '' ? '' : ` ${line}`}\n`).join('')}   */\n`;
  }
}

/** A union of types, some of which may be null too. */
function unionOf(types: readonly string[]): string {
  const isNullable = types.some((type) => type.endsWith(' | null'));
  const parts = types
    .map((type) => type.replace(/ \| null$/, ''))
    .flatMap((type) => (/[{(<]/.test(type) ? [type] : type.split(' | ')));
  const isText = parts.includes('string');
  const needed = parts.filter((type) => !isText || !type.startsWith("'"));
  return [...new Set(needed), ...(isNullable ? ['null'] : [])].join(' | ');
}

function parameterOf(name: string): string {
  return RESERVED.has(name) ? `${name}Name` : name;
}

function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
