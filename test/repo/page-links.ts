import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ROOT, type ProjectFile } from './files.ts';

/** Links of pages that lead nowhere, and paths of the project that they name and there are not. */
export function deadLinks(pages: readonly ProjectFile[]): string[] {
  return pages.flatMap((page) => {
    const prose = page.text.replaceAll(/^```.*?^```$/gms, '');
    const links = [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link!);
    const paths = [...prose.matchAll(/`((?:bench|docs|examples|faults|scripts|src|test|tools)\/[\w./-]+)`/g)];
    return [
      ...links.filter((link) => !leadsSomewhere(link, page, pages)),
      ...paths.map(([, path]) => path!).filter((path) => !isThere(path, page)),
    ].map((what) => `${page.path}: ${what}`);
  });
}

function leadsSomewhere(link: string, from: ProjectFile, pages: readonly ProjectFile[]): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from.path : normalize(join(dirname(from.path), path));
  if (anchor === undefined) return existsSync(ROOT + target);
  const page = pages.find((each) => each.path === target);
  return page !== undefined && anchorsOf(page).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf({ text }: ProjectFile): string[] {
  const headings = text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** From the root of the project, or from the folder of the page. What is installed need not be there. */
function isThere(path: string, { path: page }: ProjectFile): boolean {
  return (
    path.includes('node_modules') || existsSync(ROOT + path) || existsSync(ROOT + join(dirname(page), path))
  );
}
