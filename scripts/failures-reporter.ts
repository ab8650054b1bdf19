import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** What scripts/mutants.mjs reads of a run. */
export interface Failures {
  /** Titles of the tests that failed, and what failed outside of every test. */
  readonly failures: readonly string[];
  readonly passed: number;
}

/** Writes what failed in a run to the file named by FAILURES_FILE. */
export default class FailuresReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const failures: string[] = [];
    let passed = 0;
    for (const module of modules) {
      const outside = [module, ...module.children.allSuites()].flatMap((part) => part.errors());
      for (const { message } of outside) failures.push(`${module.relativeModuleId}: ${message}`);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        if (state === 'failed') failures.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    for (const error of unhandledErrors) failures.push(`unhandled: ${messageOf(error)}`);
    if (reason !== 'passed' && failures.length === 0) failures.push(`the run: ${reason}`);
    const path = process.env['FAILURES_FILE'];
    if (path !== undefined) writeFileSync(path, JSON.stringify({ failures, passed }));
  }
}

function messageOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === 'string' ? message : 'what is no error';
}
