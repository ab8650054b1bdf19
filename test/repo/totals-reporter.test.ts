import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './files.ts';

const SILENCED = ['test', 'skip'].join('.');

/** Files of tests, each with one thing that a count of passed and failed tests could miss. */
const FILES: Readonly<Record<string, string>> = {
  'counted.test.js': "test('passes', () => {}); test('fails', () => { throw new Error('on purpose'); });",
  'with-reason.test.js': "test('cannot run here', (context) => context.skip('there is no server'));",
  'without-reason.test.js': `${SILENCED}('nobody knows why', () => {});`,
  'unloadable.test.js': "throw new Error('on purpose');",
  'after-all.test.js': "afterAll(() => { throw new Error('on purpose'); }); test('passes', () => {});",
  'unhandled.test.js': "test('passes', async () => { Promise.reject(new Error('on purpose')); });",
};

/** Runs the tests in a folder of their own, as scripts/test.mjs does. */
function runApart(names: readonly string[]): { totals: unknown; output: string; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-totals-'));
  try {
    for (const name of names) writeFileSync(join(folder, name), FILES[name] ?? '');
    const { stdout, status } = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--globals',
        `--root=${folder}`,
        '--pool=threads',
        `--reporter=${join(ROOT, 'scripts/totals-reporter.ts')}`,
      ],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, TOTALS_FILE: join(folder, 'totals.json') } },
    );
    const totals: unknown = JSON.parse(readFileSync(join(folder, 'totals.json'), 'utf8'));
    return { totals, output: stdout, status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Each starts a whole run of tests, which takes long where the processors are busy.
describe('the totals of a run', () => {
  test('count as failed whatever did not pass or say why it could not run', () => {
    const { totals, output, status } = runApart(Object.keys(FILES));
    expect(totals).toEqual({ passed: 3, failed: 5, skipped: 1 });
    expect(output).toContain('skipped: with-reason.test.js: cannot run here: there is no server');
    expect(output).toContain('no reason given: without-reason.test.js: nobody knows why');
    expect(status).toBe(1);
  }, 120_000);

  test('have no failure when all tests passed', () => {
    expect(runApart(['with-reason.test.js'])).toMatchObject({
      totals: { passed: 0, failed: 0, skipped: 1 },
      status: 0,
    });
  }, 120_000);
});
