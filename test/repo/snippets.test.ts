import { expect, test } from 'vitest';
import { projectFiles } from './files.ts';
import { snippetErrors } from './snippets.ts';

const pages = projectFiles().filter(({ path }) => path === 'README.md' || /^docs\/.*\.md$/.test(path));

test('the pages for users are read', () => {
  expect(pages.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'docs/errors.md']));
});

test('what pages for users show as TypeScript compiles, and what does not is found', () => {
  const faulty = [
    '```ts',
    "import { Redis } from 'hawser/redis';",
    'const redis = 1;',
    '```',
    '```ts',
    'Redis.begin(redis.toFixed());',
    '```',
  ].join('\n');
  expect(snippetErrors([...pages, { path: 'docs/faulty.md', text: faulty }])).toEqual([
    "docs/faulty.md:6: error TS2339: Property 'begin' does not exist on type 'typeof Redis'.",
  ]);
});
