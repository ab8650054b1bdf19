/**
 * Where docs/errors.md and the list of codes differ. The page tells of a code in the first cell of a row, in a table
 * whose first column is headed `Code`, or in a heading.
 */
export function undocumentedCodes(codes: readonly string[], page: string): string[] {
  const documented = documentedCodes(page);
  return [
    ...codes.filter((code) => !documented.includes(code)).map((code) => `${code} is not on the page`),
    ...documented.filter((code) => !codes.includes(code)).map((code) => `${code} is on the page only`),
  ];
}

function documentedCodes(page: string): string[] {
  const found: string[] = [];
  let inTable = false;
  for (const line of page.split('\n')) {
    const heading = /^#+ `?(?<code>[A-Z][A-Z_]+)`?$/.exec(line)?.groups?.['code'];
    const firstCell = /^\|(?<cell>[^|]*)\|/.exec(line)?.groups?.['cell']?.trim();
    if (heading !== undefined) found.push(heading);
    if (firstCell === undefined) inTable = false;
    else if (firstCell === 'Code') inTable = true;
    else if (inTable && firstCell.startsWith('`')) found.push(firstCell.replaceAll('`', ''));
  }
  return found;
}
