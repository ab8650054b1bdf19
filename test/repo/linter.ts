import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './files.ts';

/** One finding of the linter. `filename` is relative to the folder where it ran, where it lies below that. */
export interface Finding {
  readonly filename: string;
  readonly message: string;
  /** The rule, with its plugin: `eslint(eqeqeq)`. Files that do not parse break no rule. */
  readonly code?: string;
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
  const findings = (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics;
  const broken = findings.find(({ code }) => code === undefined);
  if (broken !== undefined) throw new Error(`${broken.filename} does not parse: ${broken.message}`);
  return findings;
}
