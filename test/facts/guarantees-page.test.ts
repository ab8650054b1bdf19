import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

function page(name: string): string {
  return readFileSync(new URL(`docs/${name}`, ROOT), 'utf8');
}

describe('docs/guarantees.md', () => {
  test('has the ten promises, each with the tests that hold it', () => {
    const sections = page('guarantees.md').split(/^### /m).slice(1);
    expect(sections.map((section) => section.split(' ')[0])).toEqual(
      Array.from({ length: 10 }, (_, index) => `P${index + 1}`),
    );
    for (const section of sections) expect(section).toMatch(/^Tests: /m);
  });

  test('has the seven facts, each with its test, and every test of a fact is there', () => {
    const rows = page('guarantees.md').match(/^\| \([a-g]\) \| .+ \| `test\/facts\/.+` \|$/gm);
    expect(rows?.map((row) => row.slice(2, 5))).toEqual(['(a)', '(b)', '(c)', '(d)', '(e)', '(f)', '(g)']);
    const facts = readdirSync(new URL('test/facts/', ROOT)).filter((file) =>
      /^[a-g]-.+\.test\.ts$/.test(file),
    );
    for (const file of facts) expect(rows?.join('\n')).toContain(`test/facts/${file}`);
  });
});
