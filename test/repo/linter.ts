import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './files.ts';

/** One finding of the linter. `filename` is relative to the folder where it ran, where it lies below that. */
export interface Finding {
  readonly filename: string;
  /** The rule, with its plugin: `eslint(eqeqeq)`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

/** What the project's linter says with these arguments, in this folder. */
export function lint(folder: string, options: readonly string[] = []): readonly Finding[] {
  const linter = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  const { stdout, stderr } = spawnSync(process.execPath, [linter, '--format', 'json', ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (!stdout.includes('"diagnostics"')) throw new Error(`The linter said: ${stdout}${stderr}`);
  return (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics;
}
