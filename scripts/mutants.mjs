// Whether the tests find what they are for: `npm run mutants`. Puts one deliberate defect at a time into a copy of the project,
// and runs the tests that are to find it. A defect that no test finds, or whose place is not found, is a failure.
//
//   --only NAME   this mutant alone; may be given again
//   --json        the results as JSON, and nothing else
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MUTANTS } from './mutants/index.mjs';
import { mutated } from './mutants/mutant.mjs';

/** The tests of one mutant take a few seconds. Those that are not over by then hang. */
const RUN_LIMIT_MS = 30_000;

/** The tests of all mutants, without a defect. */
const BASELINE_LIMIT_MS = 5 * 60_000;

/** A test that waits for what never comes. Those that are named by mutants have a virtual clock, or are short. */
const TEST_LIMIT_MS = 10_000;

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Copies the files that git knows or would take, as they are in the working tree, and links what is installed.
 * @param {string} folder
 */
function copyProject(folder) {
  const command = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const { stdout, status } = spawnSync('git', command, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error('git does not list the files of the project');
  // One that was removed is listed as long as that is not committed.
  const paths = stdout.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
  for (const path of paths) cpSync(join(ROOT, path), join(folder, path));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/**
 * Runs files of tests in the copy. Returns what failed there, and how long it took.
 * @param {string} folder
 * @param {readonly string[]} tests
 * @param {number} limitMs
 */
function run(folder, tests, limitMs) {
  const failuresFile = join(folder, 'failures.json');
  rmSync(failuresFile, { force: true });
  const startedAt = performance.now();
  const limits = ['--bail=1', `--testTimeout=${TEST_LIMIT_MS}`, `--hookTimeout=${TEST_LIMIT_MS}`];
  const { error, stderr } = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      ...limits,
      '--cache=false',
      '--reporter=./scripts/failures-reporter.ts',
      ...tests,
    ],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, FAILURES_FILE: failuresFile },
      timeout: limitMs,
      // A worker in an endless loop hears nothing else.
      killSignal: 'SIGKILL',
    },
  );
  const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
  if (error !== undefined)
    return { failures: [`hangs: not over after ${limitMs / 1000} s`], passed: 0, seconds };
  try {
    /** @type {import('./failures-reporter.ts').Failures} */
    const { failures, passed } = JSON.parse(readFileSync(failuresFile, 'utf8'));
    return { failures, passed, seconds };
  } catch {
    return { failures: [`the tests crash: ${stderr.trim().split('\n').at(-1)}`], passed: 0, seconds };
  }
}

/**
 * Puts one defect into the copy, runs its tests, and takes it out again.
 * @param {string} folder
 * @param {import('./mutants/mutant.mjs').Mutant} mutant
 */
function tryOut(folder, mutant) {
  const { name, rule, file, tests } = mutant;
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  try {
    writeFileSync(path, mutated(mutant, text));
    const { failures, passed, seconds } = run(folder, tests, RUN_LIMIT_MS);
    const caughtBy = failures[0];
    // Files that hold no test find nothing.
    const problem = caughtBy === undefined ? `SURVIVED ${passed} tests of ${tests.join(', ')}` : undefined;
    return { name, rule, file, caughtBy, problem, seconds };
  } catch (error) {
    return { name, rule, file, problem: error instanceof Error ? error.message : String(error), seconds: 0 };
  } finally {
    writeFileSync(path, text);
  }
}

/**
 * @param {readonly import('./mutants/mutant.mjs').Mutant[]} mutants
 * @param {(line: string) => void} say
 */
function tryAll(mutants, say) {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-mutants-'));
  try {
    copyProject(folder);
    const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))];
    const baseline = run(folder, tests, BASELINE_LIMIT_MS);
    if (baseline.failures.length > 0) {
      throw new Error(`Without a defect the tests fail already: ${baseline.failures.join('; ')}`);
    }
    say(`Without a defect ${baseline.passed} tests pass in ${baseline.seconds} s.`);
    return mutants.map((mutant) => {
      const result = tryOut(folder, mutant);
      say(
        `${result.problem === undefined ? 'caught  ' : 'PROBLEM '} ${result.rule} ${result.name} (${result.seconds} s)`,
      );
      say(`           ${result.problem ?? `by ${result.caughtBy}`}`);
      return result;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, json: { type: 'boolean', default: false } },
});
const { only, json } = values;
const unknown = only?.filter((name) => !MUTANTS.some((mutant) => mutant.name === name)) ?? [];
if (unknown.length > 0) throw new Error(`There is no mutant ${unknown.join(', ')}`);
const chosen = MUTANTS.filter(({ name }) => only === undefined || only.includes(name));
const results = tryAll(chosen, (line) => {
  if (!json) console.log(line);
});
const problems = results.filter(({ problem }) => problem !== undefined);
if (json) console.log(JSON.stringify(results, undefined, 2));
else console.log(`\n${results.length - problems.length} of ${results.length} mutants were caught`);
process.exitCode = problems.length > 0 ? 1 : 0;
