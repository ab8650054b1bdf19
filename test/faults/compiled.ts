import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { ROOT } from '../repo/files.ts';

/** For `beforeAll`: machines differ, and share their processors. */
export const BUILD_LIMIT_MS = 120_000;

/** Compiles the fault lab, where it is not compiled as it is: a process of its own cannot be started from the source. */
export async function compileLab(): Promise<void> {
  for (const project of [['-b'], ['-p', 'faults']]) {
    const compiler = ['node_modules/typescript/bin/tsc', ...project];
    const compiled = promisify(execFile)(process.execPath, compiler, { cwd: ROOT });
    await compiled.catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
  }
}
