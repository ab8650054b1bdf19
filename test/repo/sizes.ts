import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, type ProjectFile } from './files.ts';
import { lint } from './linter.ts';

/** No file of code has more lines than this. */
export const FILE_LINES_MAX = 400;

/** Paths of the files with more than {@link FILE_LINES_MAX} lines. */
export function longFiles(files: readonly ProjectFile[]): string[] {
  return files
    .filter(({ text }) => text.replace(/\n$/, '').split('\n').length > FILE_LINES_MAX)
    .map(({ path }) => path);
}

/**
 * The functions with more than 70 lines (function-length.json), each as `path: its first line`.
 *
 * The linter counts, since it has a real parser. A callback of `describe` is a chapter and no function: it is left out.
 * @param folders absolute, or relative to the project's root
 */
export function longFunctions(folders: readonly string[]): string[] {
  const config = fileURLToPath(new URL('function-length.json', import.meta.url));
  return lint(ROOT, ['--config', config, ...folders])
    .map(({ filename, labels }) => {
      const lines = readFileSync(isAbsolute(filename) ? filename : join(ROOT, filename), 'utf8').split('\n');
      return `${filename}: ${lines[(labels[0]?.span.line ?? 1) - 1]?.trim() ?? ''}`;
    })
    .filter((place) => !/: describe\b/.test(place));
}
