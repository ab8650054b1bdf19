import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateCommands } from '../../scripts/commands/generate.ts';
import { withLists } from '../../scripts/commands/lists.ts';
import { ROOT } from './files.ts';

const FOLDER = `${ROOT}src/redis/generated/`;
const files = generateCommands();

// A change that is meant: npm run generate:commands
test.each([...files.keys()])('src/redis/generated/%s is what the script makes of the data', async (name) => {
  await expect(files.get(name)).toMatchFileSnapshot(FOLDER + name);
});

test('docs/commands.md lists the commands of newer servers, and those without a method', async () => {
  const page = `${ROOT}docs/commands.md`;
  await expect(withLists(readFileSync(page, 'utf8'))).toMatchFileSnapshot(page);
});

test('nothing else is in the folder', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual([...files.keys()].toSorted());
});
