import { expect, test } from 'vitest';
import { projectFiles } from './files.ts';
import { deadLinks } from './page-links.ts';

const pages = projectFiles().filter(({ path }) => path.endsWith('.md'));

test('links of the pages lead somewhere, and the files that they name are there', () => {
  expect(pages.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'docs/pool.md']));
  expect(deadLinks(pages)).toEqual([]);
});

test('a page, a chapter and a file that there are not are found', () => {
  const text =
    '# One\n\n[a](pool.md) [b](pool.md#options) [c](#one) [d](gone.md) [e](pool.md#gone) [f](#gone) `test/gone.test.ts`\n';
  expect(deadLinks([...pages, { path: 'docs/faulty.md', text }])).toEqual([
    'docs/faulty.md: gone.md',
    'docs/faulty.md: pool.md#gone',
    'docs/faulty.md: #gone',
    'docs/faulty.md: test/gone.test.ts',
  ]);
});

test('the files that ARCHITECTURE.md names, without the folder where it is clear, are there', () => {
  const page = pages.find(({ path }) => path === 'ARCHITECTURE.md')!;
  const named = [...page.text.matchAll(/`([\w/-]+\.ts)`/g)].map(([, name]) => name!);
  expect(named).toContain('machine/backoff.ts');
  const there = projectFiles().map(({ path }) => `/${path}`);
  expect(named.filter((name) => !there.some((path) => path.endsWith(`/${name}`)))).toEqual([]);
});
