import { FINDINGS, countedFindings, findingsOf } from './findings.mjs';

/** @typedef {import('../../faults/row.ts').RowResult} RowResult */

/**
 * @typedef {object} ComparedClient
 * @property {string} name
 * @property {string} title
 * @property {'hawser' | 'defaults' | 'tuned'} setting
 * @property {string} library with its version
 * @property {string} how it is set up
 * @property {readonly string[]} unseen words of findings that cannot be looked for
 * @property {readonly RowResult[]} results in the order of the rows
 */

/**
 * @typedef {object} Comparison
 * @property {string} date
 * @property {string} place machine, Node.js and server
 * @property {number} seed
 * @property {number} minutes how long it took
 * @property {readonly string[]} rows their names
 * @property {readonly ComparedClient[]} clients
 */

/** @type {readonly { what: string, of: (played: Extract<RowResult, { kind: 'played' }>) => number | undefined }[]} */
const MEASURES = [
  { what: 'found after', of: ({ givenUpAfterMs }) => givenUpAfterMs },
  { what: 'back after', of: ({ recoveredAfterMs }) => recoveredAfterMs },
];

/** Less is not to be told from what the machine and chance do. */
const MUCH_LATER_MS = 500;

/** @param {Comparison} comparison @returns {string} Markdown */
export function blockOf(comparison) {
  const { date, place, seed, minutes, clients } = comparison;
  const of = (/** @type {string} */ setting) =>
    clients.filter((client) => client.setting === 'hawser' || client.setting === setting);
  return [
    `Run on ${date.slice(0, 10)}, in ${Math.round(minutes)} minutes, seed ${seed}: ${place}.`,
    clientsTable(clients),
    '## With their defaults',
    resultsTable(comparison, of('defaults')),
    '## Tuned',
    resultsTable(comparison, of('tuned')),
    '## What the words mean',
    FINDINGS.map(({ word, meaning }) => `- *${word}*: ${meaning}`).join('\n'),
    '## Client by client',
    clients.map(summaryOf).join('\n'),
    '## Where Hawser is not the best',
    behindText(comparison),
    '## Not run',
    notRunText(clients),
  ].join('\n\n');
}

/** @param {readonly ComparedClient[]} clients */
function clientsTable(clients) {
  const lines = clients.map(({ title, library, how }) => [title, library, how]);
  return table(['Client', 'Library', 'Set up with'], lines);
}

/** @param {Comparison} comparison @param {readonly ComparedClient[]} clients */
function resultsTable({ rows }, clients) {
  const lines = rows.map((name, index) => [
    name,
    ...clients.map((client) => cellOf(client.setting, client.results[index])),
  ]);
  return table(['Fault', ...clients.map(({ title }) => title)], lines);
}

/** @param {ComparedClient['setting']} setting @param {RowResult | undefined} result */
function cellOf(setting, result) {
  if (result === undefined || result.kind === 'not run') return 'n/a';
  const counted = countedFindings(setting, result);
  const remarks = findingsOf(result).filter((finding) => !counted.includes(finding));
  const verdict = counted.length === 0 ? '✓' : wordsOf(counted);
  const words = remarks.length === 0 ? verdict : `${verdict} (${wordsOf(remarks)})`;
  if (result.kind !== 'played') return words;
  return `${words} · ${duration(result.givenUpAfterMs)} · ${duration(result.recoveredAfterMs)}`;
}

/** @param {readonly import('./findings.mjs').Finding[]} findings */
function wordsOf(findings) {
  return findings.map(({ word }) => word).join(', ');
}

/** @param {ComparedClient} client @returns {string} an item of a list, with a list in it */
function summaryOf({ title, setting, results, unseen }) {
  const played = results.filter(({ kind }) => kind !== 'not run');
  const held = played.filter((result) => countedFindings(setting, result).length === 0);
  const counts = FINDINGS.map(({ word }) => ({
    word,
    rows: played.filter((result) => findingsOf(result).some((finding) => finding.word === word)),
  }));
  const found = counts
    .filter(({ rows }) => rows.length > 0)
    .toSorted((a, b) => b.rows.length - a.rows.length);
  const never = counts.filter(({ word, rows }) => rows.length === 0 && !unseen.includes(word));
  return [
    `- **${title}**: ${held.length} of ${played.length} rows held. Calls: ${callsText(played)}.`,
    ...found.map(
      ({ word, rows }) => `  - *${word}* in ${rows.length}: ${rows.map(({ row }) => row).join('; ')}`,
    ),
    `  - in none: ${never.map(({ word }) => word).join(', ')}`,
    ...(unseen.length === 0 ? [] : [`  - cannot be seen from here: ${unseen.join(', ')}`]),
  ].join('\n');
}

/** @param {readonly RowResult[]} results */
function callsText(results) {
  const endings = /** @type {const} */ (['confirmed', 'not-sent', 'refused', 'unknown']);
  const counts = endings.map((ending) =>
    results.reduce((sum, result) => sum + (result.kind === 'played' ? result.calls[ending] : 0), 0),
  );
  return endings.map((ending, index) => `${counts[index]?.toLocaleString('en')} ${ending}`).join(', ');
}

/** @param {Comparison} comparison */
function behindText({ rows, clients }) {
  const peers = clients.filter(({ setting }) => setting !== 'hawser');
  const own = clients.filter(({ setting }) => setting === 'hawser');
  const items = rows.flatMap((_, index) => own.flatMap((client) => behindIn(index, client, peers)));
  return items.length === 0 ? 'In no row of this run.' : items.join('\n');
}

/** Which rows were not run with whom, by the reason. @param {readonly ComparedClient[]} clients */
function notRunText(clients) {
  const all = clients.flatMap(({ title, results }) =>
    results.flatMap((result) =>
      result.kind === 'not run' ? [{ title, row: result.row, reason: result.reason }] : [],
    ),
  );
  const items = [...new Set(all.map(({ reason }) => reason))].map((reason) => {
    const alike = all.filter((each) => each.reason === reason);
    const listed = (/** @type {readonly string[]} */ names) => [...new Set(names)].join(', ');
    return `- ${listed(alike.map(({ row }) => row))} (${listed(alike.map(({ title }) => title))}): ${reason}`;
  });
  return items.length === 0 ? 'Every row was run with every client.' : items.join('\n');
}

/**
 * Where another held what this one did not, or was much sooner, by more than twice.
 * @param {number} index of the row @param {ComparedClient} client @param {readonly ComparedClient[]} peers
 */
function behindIn(index, client, peers) {
  const result = client.results[index];
  if (result === undefined || result.kind === 'not run') return [];
  const held = peers.flatMap(({ title, setting, results }) => {
    const other = results[index];
    return other?.kind === 'played' && countedFindings(setting, other).length === 0
      ? [{ title, result: other }]
      : [];
  });
  const words = wordsOf(findingsOf(result));
  const begin = `- ${result.row}: ${client.title}`;
  if (result.kind !== 'played' || words !== '') {
    const titles = held.map(({ title }) => title).join(', ');
    return held.length === 0 ? [] : [`${begin} ${words}; ${titles} held`];
  }
  return MEASURES.flatMap(({ what, of }) => {
    const sooner = held.filter((peer) => isMuchSooner(of(peer.result), of(result)));
    const others = sooner.map((peer) => `${peer.title} after ${duration(of(peer.result))}`);
    return sooner.length === 0 ? [] : [`${begin} ${what} ${duration(of(result))}; ${others.join(', ')}`];
  });
}

/** @param {number | undefined} ms @param {number | undefined} own */
function isMuchSooner(ms, own) {
  return ms !== undefined && own !== undefined && own - ms > MUCH_LATER_MS && own > 2 * ms;
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} lines */
function table(head, lines) {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Seconds as people read them; a dash for what there is not. @param {number | undefined} ms */
function duration(ms) {
  return ms === undefined ? '-' : `${(ms / 1_000).toFixed(1)} s`;
}
