import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A text file of the project. `path` is relative to its root, with slashes. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** The folder of package.json, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Every file of the project as a checkout has it: what .gitignore names is left out. Read from the disk, so that
 * the checks also run where there is no git.
 */
export function projectFiles(): ProjectFile[] {
  const ignored = readFileSync(`${ROOT}.gitignore`, 'utf8').split('\n');
  const files: ProjectFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(ROOT + folder, { withFileTypes: true })) {
      const path = `${folder}${entry.name}`;
      if (entry.name === '.git' || isIgnored(entry.isDirectory() ? `${path}/` : path, ignored)) continue;
      if (entry.isDirectory()) walk(`${path}/`);
      else if (entry.isFile()) files.push({ path, text: readFileSync(ROOT + path, 'utf8') });
    }
  };
  walk('');
  return files;
}

/** Whether .gitignore leaves a path out. Knows the three forms that ours uses: `folder/`, `a/folder/` and `*.ending`. */
function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((line) => {
    if (line === '') return false;
    return line.startsWith('*') ? path.endsWith(line.slice(1)) : `/${path}`.endsWith(`/${line}`);
  });
}

/** Those of the files that are code and lie below one of the folders. */
export function codeIn(files: readonly ProjectFile[], ...folders: readonly string[]): ProjectFile[] {
  return files.filter(
    ({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)) && /\.(?:ts|js|mjs)$/.test(path),
  );
}
