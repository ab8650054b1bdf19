import { CATALOGUE, LEFT_OUT } from './catalogue.ts';
import { NEWER, NEWER_OPTIONS } from './newer.ts';

/** docs/commands.md with its lists: the commands of newer servers, and those without a method, by the reason why. */
export function withLists(page: string): string {
  return withRows(withRows(page, 'newer', newerRows()), 'left-out', leftOutRows());
}

function newerRows(): string {
  const commands = Object.entries(NEWER).map(([name, { since }]) => [methodOf(name), since] as const);
  const options = Object.entries(NEWER_OPTIONS).flatMap(([name, each]) =>
    Object.entries(each).map(([option, since]) => [`${methodOf(name)} with \`${option}\``, since] as const),
  );
  return `| Method | Servers that have it |\n| --- | --- |\n${rowsOf([...commands, ...options])}`;
}

function methodOf(name: string): string {
  return `\`${CATALOGUE.find((each) => each.name === name)!.method}\``;
}

function leftOutRows(): string {
  const reasons = LEFT_OUT.map(({ name, reason }) => [`\`${name.replace('|', ' ')}\``, reason] as const);
  return `| Command | Why |\n| --- | --- |\n${rowsOf(reasons)}`;
}

/** What has the same second column shares a row. */
function rowsOf(pairs: readonly (readonly [name: string, second: string])[]): string {
  const rows = new Map<string, string[]>();
  for (const [name, second] of pairs) rows.set(second, [...(rows.get(second) ?? []), name]);
  return [...rows].map(([second, names]) => `| ${names.join(', ')} | ${second} |\n`).join('');
}

function withRows(page: string, list: string, rows: string): string {
  const place = new RegExp(`(<!-- ${list}:begin -->\\n)[^]*?(<!-- ${list}:end -->)`);
  if (!place.test(page)) throw new Error(`docs/commands.md has no place for the list ${list}`);
  return page.replace(place, (_, begin: string, end: string) => `${begin}\n${rows}\n${end}`);
}
