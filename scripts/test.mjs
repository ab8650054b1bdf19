// Everything that has to hold, in one run: `npm test`. A phase that fails does not keep the next ones from running, so
// that one run tells all. The last line is `N passed, N failed`; each phase before the tests counts as one test.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** No phase takes nearly this long; one that hangs is ended, and has failed. */
const PHASE_LIMIT_MS = 20 * 60_000;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TYPESCRIPT = 'node_modules/typescript/bin/tsc';

const CHECKS = [
  { title: 'format', commands: [['node_modules/oxfmt/bin/oxfmt', '--check']] },
  {
    title: 'build and types',
    commands: [
      [TYPESCRIPT, '-b'],
      // Some tests start processes of the fault lab.
      [TYPESCRIPT, '-p', 'faults'],
      [TYPESCRIPT, '-p', 'test'],
    ],
  },
  // Behind the build, to whose types the examples, scripts and some tests refer.
  { title: 'lint', commands: [['node_modules/oxlint/bin/oxlint']] },
];

/**
 * Runs one tool with its output shown, and says whether it succeeded.
 * @param {readonly string[]} command a script of Node.js and its arguments
 * @param {NodeJS.ProcessEnv} [environment] added to this process's own
 */
function run(command, environment) {
  const { status, error } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: 'inherit',
    timeout: PHASE_LIMIT_MS,
  });
  if (error !== undefined) console.error(error.message);
  return status === 0;
}

/**
 * Prints a heading, the phase's own output, and how it went.
 * @param {string} title
 * @param {() => boolean} work says whether it succeeded
 */
function phase(title, work) {
  console.log(`\n== ${title}`);
  const startedAt = performance.now();
  const succeeded = work();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`== ${title}: ${succeeded ? 'passed' : 'FAILED'} in ${seconds} s`);
  return succeeded;
}

/** Runs the tests; a run that ends before it can count has one failure. */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-test-'));
  const totalsFile = join(folder, 'totals.json');
  /** @type {import('./totals-reporter.ts').Totals} */
  let totals = { passed: 0, failed: 0, skipped: 0 };
  phase('tests', () => {
    const succeeded = run(
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=default',
        '--reporter=./scripts/totals-reporter.ts',
        ...process.argv.slice(2),
      ],
      { TOTALS_FILE: totalsFile },
    );
    try {
      totals = JSON.parse(readFileSync(totalsFile, 'utf8'));
    } catch {
      console.error('The tests ended before they could be counted.');
    }
    if (!succeeded && totals.failed === 0) totals.failed = 1;
    return totals.failed === 0;
  });
  rmSync(folder, { recursive: true });
  return totals;
}

const totals = { passed: 0, failed: 0, skipped: 0 };
for (const { title, commands } of CHECKS) {
  // All of them, also after one that failed: each finds its own faults.
  if (phase(title, () => commands.map((command) => run(command)).every(Boolean))) totals.passed += 1;
  else totals.failed += 1;
}
const tests = runTests();
totals.passed += tests.passed;
totals.failed += tests.failed;
totals.skipped += tests.skipped;

const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed > 0 ? 1 : 0;
