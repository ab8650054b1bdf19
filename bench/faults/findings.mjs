/** @typedef {import('../../faults/row.ts').RowResult} RowResult */

/**
 * @typedef {object} Finding What did not hold, in a word or two.
 * @property {string} word
 * @property {string} meaning
 * @property {RegExp} sentence Those of the results that tell of it.
 * @property {string} [without] It says nothing more where that is found.
 * @property {boolean} [ofHawser] Whether it counts for Hawser alone, which alone promises what did not hold.
 */

/**
 * Each sentence of a result belongs to the first that it matches.
 * @type {readonly Finding[]}
 */
export const FINDINGS = [
  {
    word: 'no result',
    meaning: 'the row could not be played',
    sentence: /the row could not be played/,
  },
  {
    word: 'repeats',
    meaning: 'a write that was asked for once was done twice',
    sentence: /is stored \d+ times|and only \d+ were confirmed/,
  },
  {
    word: 'loses',
    meaning: 'a write that was confirmed was not done',
    sentence: /was confirmed, and is not stored|were confirmed, and the server has/,
  },
  {
    word: 'tells wrong',
    meaning: 'a call was said to be refused or not sent, and was done',
    sentence: /and was said to be/,
  },
  {
    word: 'mixes up',
    meaning: 'a caller got the answer to the question of another',
    sentence: /not its own answer|was told \d/,
  },
  { word: 'reorders', meaning: 'calls of one caller overtook each other', sentence: /and stands behind it/ },
  {
    word: 'dies',
    meaning: 'the process ended, or would have, had nobody looked for errors that nobody handles',
    sentence: /ended the process|no crash:/,
  },
  { word: 'blocks', meaning: 'the process did nothing any more', sentence: /^it hung for/ },
  {
    word: 'stays dead',
    meaning: 'no write was confirmed any more, for as long as was waited',
    sentence: /^recovers: no write/,
  },
  {
    word: 'serves some',
    meaning: 'writes were confirmed again, and some callers were not served any more',
    sentence: /^recovers: \d+ callers were (?:not served any more|served again, and then)/,
  },
  {
    word: 'back late',
    meaning: 'writes were confirmed again later than after the longest of its pauses between attempts',
    sentence: /^recovers:/,
  },
  {
    word: 'does not find',
    meaning: 'a connection that was dead, or out of step, was kept',
    sentence: /^found: it did not give/,
  },
  {
    word: 'gives up',
    meaning: 'a connection that was only slow was given up',
    sentence: /^found: it gave up/,
  },
  {
    word: 'finds late',
    meaning: 'a connection that was dead was given up later than the settings say',
    sentence: /^found:/,
  },
  {
    word: 'fails calls',
    meaning: 'calls failed that had no reason to',
    sentence: /calls failed(?: on their way)?, and none had to|were called late/,
  },
  {
    word: 'closing hangs',
    meaning: 'to close it, at rest or in the midst of the fault, did not end',
    sentence: /closes: it has not ended/,
  },
  {
    word: 'closing fails',
    meaning: 'to close it was rejected',
    sentence: /closes: it was rejected/,
  },
  {
    word: 'closes late',
    meaning: 'to close it took longer than the second that it was given',
    sentence: /closes:/,
  },
  {
    word: 'leaves calls',
    without: 'closing hangs',
    meaning: 'calls waited on though it was closed',
    sentence: /calls have not settled|^closed meanwhile: settles:/,
  },
  {
    word: 'leaves sockets',
    without: 'closing hangs',
    meaning: 'sockets were open though it was closed, or were opened then',
    sentence: /leaves nothing: \d+ (?:sockets|attempts to connect)|sessions are left/,
  },
  {
    word: 'leaves timers',
    without: 'closing hangs',
    meaning: 'timers, listeners or look-ups of names were left though it was closed, for some seconds mostly',
    sentence: /leaves nothing:/,
    ofHawser: true,
  },
  { word: 'hangs', meaning: 'calls had not settled by the end', sentence: /has not settled$/ },
  {
    word: 'settles late',
    meaning: 'calls settled later than the limit that is set',
    sentence: /^settles:/,
  },
  {
    word: 'dials on and on',
    meaning: 'it tried to connect more than twice as often as pauses that grow would make it',
    sentence: /^no storm:/,
  },
  { word: 'sockets', meaning: 'it had more sockets than it should', sentence: /sockets:/ },
  {
    word: 'strikes others',
    meaning: 'what was done to one connection was felt by the calls of another client',
    sentence: /^another client was struck/,
  },
  {
    word: 'looks up twice',
    meaning: 'it looked a name up while it was still looking it up',
    sentence: /look-ups of one name were under way/,
    ofHawser: true,
  },
  {
    word: 'tells nobody',
    meaning: 'no caller was told for certain that there was no connection, and that its call was not sent',
    sentence: /^no caller was told/,
    ofHawser: true,
  },
  {
    word: 'shows nothing',
    meaning: 'nothing shows that the fault has struck this client',
    sentence: /^the row proves nothing|so that nothing was shown$/,
    ofHawser: true,
  },
  { word: 'otherwise', meaning: 'something else that the row asks for', sentence: /./ },
];

/**
 * What a result comes to.
 * @param {RowResult} result
 * @returns {readonly Finding[]} each once, in the order of {@link FINDINGS}; none when all held
 */
export function findingsOf(result) {
  const sentences = sentencesOf(result).filter((sentence) => !/and \d+ more of this kind$/.test(sentence));
  const found = new Set(sentences.map((text) => FINDINGS.find(({ sentence }) => sentence.test(text))));
  const findings = FINDINGS.filter((finding) => found.has(finding));
  // What a client does not notice shows in nothing but that.
  const isTold = (/** @type {Finding} */ { word, without }) =>
    word === 'shows nothing' ? findings.length === 1 : !findings.some((other) => other.word === without);
  return findings.filter(isTold);
}

/**
 * What counts against a client: not what it never promised.
 * @param {'hawser' | 'defaults' | 'tuned'} setting @param {RowResult} result
 */
export function countedFindings(setting, result) {
  return findingsOf(result).filter(({ ofHawser = false }) => setting === 'hawser' || !ofHawser);
}

/** @param {RowResult} result @returns {readonly string[]} */
function sentencesOf(result) {
  if (result.kind === 'played') return result.broken;
  return result.kind === 'cut short' ? [result.reason] : [];
}
