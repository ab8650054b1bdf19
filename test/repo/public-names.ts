const EXPORT_LIST = /^export (?<type>type )?\{(?<names>[^}]*)\}(?: from '[^']+')?;/gm;

/**
 * The names that an index file exports, sorted, types as `type Name`. An index lists its names one by one and
 * holds no code: anything else in it is an error.
 */
export function publicNames(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const rest = code.replaceAll(EXPORT_LIST, '').trim();
  if (rest !== '') throw new Error(`An index only lists names, but this one says: ${rest}`);
  const names = [...code.matchAll(EXPORT_LIST)].flatMap(({ groups }) =>
    (groups?.['names'] ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((item) => {
        const isType = groups?.['type'] !== undefined || item.startsWith('type ');
        const name = item.replace(/^type /, '').replace(/^.* as /, '');
        return isType ? `type ${name}` : name;
      }),
  );
  return names.toSorted((one, other) => (one < other ? -1 : 1));
}
