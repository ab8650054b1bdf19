import type { ProjectFile } from './files.ts';

/** Abbreviations, and words for which the project has another one (beside it). They are looked for in names and comments alike. */
const UNWANTED_WORDS: Readonly<Record<string, string>> = {
  arr: 'array',
  borrow: 'check out',
  buf: 'bytes',
  cb: 'callback',
  cfg: 'options',
  chaos: 'fault',
  cnt: 'count',
  conn: 'connection',
  ctx: 'context',
  cur: 'current',
  curr: 'current',
  err: 'error',
  evt: 'event',
  idx: 'index',
  len: 'length',
  mgr: 'the thing that it manages',
  misc: 'what the file is about',
  msg: 'message',
  multiplex: 'pipeline',
  negotiation: 'handshake',
  obj: 'what it is',
  opts: 'options',
  outstanding: 'in flight',
  ptr: 'what it points to',
  req: 'request',
  res: 'reply',
  throttling: 'backpressure',
  tmp: 'what it holds',
  toxic: 'fault',
  utils: 'what the file is about',
  val: 'value',
  zombie: 'half-open',
};

/** Words of src that the glossary has another one for, each with the one to use. */
export function unwantedWords(files: readonly ProjectFile[]): string[] {
  return complaints(files, (line) =>
    // The parts of a camelCase name count; words in capitals are another protocol's own.
    (line.match(/(?<![A-Za-z])[A-Za-z]?[a-z]+|[A-Z][a-z]+/g) ?? []).flatMap((word) => {
      const better = Object.hasOwn(UNWANTED_WORDS, word.toLowerCase()) && UNWANTED_WORDS[word.toLowerCase()];
      return typeof better === 'string' ? [`say "${better}" instead of "${word}"`] : [];
    }),
  );
}

// The brackets around a letter keep these expressions from finding themselves.
const MARKER = /\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/;
const FOCUS = /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo|skipIf|runIf|fails)\b/;
const MACHINE_PATH = /(?<![\w.~-])\/(?:work|home|root|Users)\/\w/;
const REGISTRY_HOST = /\bregistr[y]\.[a-z0-9-]+\.[a-z]|\bpkg\.github[.]com|^registry=|\b_authToke[n]\b/;

/** Notes of unfinished work. */
export function workMarkers(files: readonly ProjectFile[]): string[] {
  return complaints(files, (line) => (MARKER.test(line) ? ['it marks unfinished work'] : []));
}

/** Tests that do not run, or keep others from running. A test that cannot run here says why: `context.skip(reason)`. */
export function silencedTests(files: readonly ProjectFile[]): string[] {
  return complaints(files, (line) => (FOCUS.test(line) ? ['it keeps tests from running'] : []));
}

/** Traces of the machine on which a file was made: absolute paths, package registries. */
export function machineTraces(files: readonly ProjectFile[]): string[] {
  return complaints(files, (line) => [
    ...(MACHINE_PATH.test(line) ? ["it names a path of someone's machine"] : []),
    ...(REGISTRY_HOST.test(line) ? ['it names a package registry'] : []),
  ]);
}

/** A clock that people and programs set: whoever measures by it is wrong by what it was set. */
const SETTABLE_CLOCK = /\bDate\b(?=[.(])|\bnew Date\b/;

/** Reads of the time of day. Durations and deadlines are measured by the clock that only goes forward. */
export function settableClocks(files: readonly ProjectFile[]): string[] {
  return complaints(files, (line) => (SETTABLE_CLOCK.test(line) ? ['it reads a clock that can be set'] : []));
}

function complaints(files: readonly ProjectFile[], faultsOf: (line: string) => readonly string[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        faultsOf(line).map((fault) => `${path}:${index + 1}: ${fault}: ${line.trim()}`),
      ),
  );
}
