import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** What scripts/test.mjs reads of a run. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Writes the totals of a run to the file named by TOTALS_FILE, and prints why each skipped test was skipped.
 *
 * Whatever vitest calls a failed run is at least one failure here: a module that does not load, an error outside of
 * every test. A test that was skipped without a reason has failed too, since nobody can tell what is missing.
 */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const totals: Totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) addModule(totals, module);
    if (reason !== 'passed' && totals.failed === 0) totals.failed = 1;
    const path = process.env['TOTALS_FILE'];
    if (path !== undefined) writeFileSync(path, JSON.stringify(totals));
  }
}

function addModule(totals: Totals, module: TestModule): void {
  // Errors of a module or a suite belong to no test: an import that throws, a failing beforeAll or afterAll.
  totals.failed += module.errors().length;
  for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
  for (const test of module.children.allTests()) {
    const result = test.result();
    if (result.state === 'passed') totals.passed += 1;
    else if (result.state === 'failed') totals.failed += 1;
    else if (result.state === 'skipped' && result.note !== undefined) {
      totals.skipped += 1;
      console.log(`skipped: ${module.relativeModuleId}: ${test.fullName}: ${result.note}`);
    } else {
      totals.failed += 1;
      console.log(`not run, and no reason given: ${module.relativeModuleId}: ${test.fullName}`);
    }
  }
}
