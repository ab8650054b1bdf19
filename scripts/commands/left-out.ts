import { LEFT_OUT } from './catalogue.ts';

const LIST = /(<!-- left-out:begin -->\n)[^]*?(<!-- left-out:end -->)/;

/** docs/commands.md with the list of commands that have no method, by the reason why. */
export function withLeftOut(page: string): string {
  const reasons = new Map<string, string[]>();
  for (const { name, reason } of LEFT_OUT) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), `\`${name.replace('|', ' ')}\``]);
  }
  const rows = [...reasons].map(([reason, names]) => `| ${names.join(', ')} | ${reason} |\n`);
  if (!LIST.test(page)) throw new Error('docs/commands.md has no place for the list');
  return page.replace(LIST, (_, begin: string, end: string) => {
    return `${begin}\n| Command | Why |\n| --- | --- |\n${rows.join('')}\n${end}`;
  });
}
