// Writes redis-commands.json: what a running Redis says of its own commands (COMMAND DOCS, COMMAND INFO), in the notation
// of src/redis/command-notation.ts. `npm run build && node scripts/commands/collect.mjs`
import { writeFileSync } from 'node:fs';
import { Redis } from 'hawser/redis';
import { RedisServer } from 'hawser/testing';

/**
 * @typedef {{ name: string, type: string, token?: string, flags?: string[], arguments?: Argument[] }} Argument
 * @typedef {Record<string, any>} Described
 */

const TARGET = new URL('redis-commands.json', import.meta.url);
const TYPES = new Map([
  ['integer', ':int'],
  ['unix-time', ':int'],
  ['double', ':double'],
]);

/** Maps as objects, so that they can be written down. @param {unknown} reply @returns {unknown} */
function plain(reply) {
  if (reply instanceof Map) {
    return Object.fromEntries([...reply].map(([name, value]) => [name, plain(value)]));
  }
  return Array.isArray(reply) || reply instanceof Set ? [...reply].map(plain) : reply;
}

/** @param {string} text */
function camelCase(text) {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+(.)/g, (_, /** @type {string} */ letter) => letter.toUpperCase());
}

/** @param {string} name */
function plural(name) {
  return name.endsWith('s')
    ? name
    : name.endsWith('y') && name !== 'key'
      ? `${name.slice(0, -1)}ies`
      : `${name}s`;
}

/** @param {Argument[] | undefined} list @param {string} [between] */
function notationsOf(list, between = ' ') {
  return (list ?? []).map((argument) => notationOf(argument)).join(between);
}

/** Blocks of one part are a list of those; of a name and its value, pairs. @param {Argument[]} inner */
function listOfBlocks(inner) {
  const [first, second] = inner;
  if (first !== undefined && inner.length === 1) return notationOf(first);
  if (second?.name !== 'value') return `{${notationsOf(inner)}}`;
  return `${first?.name === 'field' ? 'fields' : 'values'}:pairs`;
}

/** One argument as COMMAND DOCS has it. @param {Argument} argument @returns {string} */
function notationOf({ name, type, token, flags = [], arguments: inner }) {
  const [optional, multiple, tokens] = ['optional', 'multiple', 'multiple_token'].map((flag) =>
    flags.includes(flag),
  );
  if (name === 'numkeys' || name === 'numfields') return '#';
  const isList = multiple && !tokens;
  const core = () => {
    if (type === 'pure-token') return String(token);
    if (type === 'oneof')
      return optional && token === undefined
        ? notationsOf(inner, '|')
        : `<${notationsOf(inner, '|')}>:${camelCase(name)}`;
    if (type === 'block') return isList ? listOfBlocks(inner ?? []) : notationsOf(inner);
    const isUntold = isList && token === undefined;
    return `${camelCase(isUntold && optional ? plural(name) : name)}${TYPES.get(type) ?? ''}`;
  };
  const words = type === 'pure-token' || token === undefined ? '' : `${token === '' ? '""' : token} `;
  const inside = core();
  const text = `${words}${inside}${isList && !inside.endsWith(':pairs') ? '...' : ''}`;
  return optional ? `[${text}]${tokens ? '...' : ''}` : text;
}

/** Where keys are: `index/range` as in `1:0,1,0`, `1#0,1,1` for a number of keys, `STREAMS@1:-1,1,2` behind a word; `?` where Redis cannot say. @param {any[]} specs */
function keysOf(specs) {
  return specs.map(({ begin_search: begin, find_keys: find, flags }) => {
    const start =
      begin.type === 'index'
        ? `${begin.spec.index}`
        : begin.type === 'keyword'
          ? `${begin.spec.keyword}@${begin.spec.startfrom}`
          : '?';
    const { lastkey, keystep, limit, keynumidx, firstkey } = find.spec;
    const rest =
      find.type === 'range'
        ? `:${lastkey},${keystep},${limit}`
        : find.type === 'keynum'
          ? `#${keynumidx},${firstkey},${keystep}`
          : '?';
    return `${start}${rest}${flags.includes('not_key') ? '!' : ''}`;
  });
}

/** @param {string} name @param {Described} documentation @param {any[]} info @returns {[string, Described][]} */
function describe(name, documentation, info) {
  const subcommands = Object.entries(documentation['subcommands'] ?? {});
  if (subcommands.length > 0) {
    return subcommands.flatMap(([each, of]) =>
      describe(
        each,
        of,
        info[9].find((/** @type {any[]} */ one) => one[0] === each),
      ),
    );
  }
  const {
    summary,
    since,
    group,
    complexity,
    deprecated_since: deprecatedSince,
    replaced_by: replacedBy,
  } = documentation;
  const isInternal = (documentation['doc_flags'] ?? []).includes('syscmd');
  const flags = info[2].toSorted();
  const syntax = notationsOf(documentation['arguments']);
  return [
    [
      name.toUpperCase(),
      {
        summary,
        since,
        group,
        complexity,
        deprecatedSince,
        replacedBy,
        isInternal: isInternal || undefined,
        flags: flags.join(' '),
        keys: keysOf(info[8]).join(' '),
        syntax,
      },
    ],
  ];
}

const server = await RedisServer.start();
const redis = await Redis.connect(server.url);
const documentation = /** @type {Described} */ (plain(await redis.command(['COMMAND', 'DOCS'])));
const infos = /** @type {any[]} */ (plain(await redis.command(['COMMAND'])));
await redis.close();
await server.stop();

const commands = infos
  .flatMap((/** @type {any[]} */ info) => describe(info[0], documentation[info[0]], info))
  .toSorted((/** @type {[string, Described]} */ [one], /** @type {[string, Described]} */ [other]) =>
    one < other ? -1 : 1,
  );
const lines = commands.map(
  (/** @type {[string, object]} */ [name, description]) =>
    `    ${JSON.stringify(name)}: ${JSON.stringify(description)}`,
);
const source = `COMMAND DOCS and COMMAND INFO of ${server.binary.kind} ${server.binary.version}`;
writeFileSync(
  TARGET,
  `{\n  "source": ${JSON.stringify(source)},\n  "commands": {\n${lines.join(',\n')}\n  }\n}\n`,
);
console.log(`${commands.length} commands`);
