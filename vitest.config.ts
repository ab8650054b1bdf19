import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^hawser$/, replacement: source('core/index.ts') },
      { find: /^hawser\/(redis|redis\/cluster|testing)$/, replacement: `${source('')}$1/index.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    // For a test that hangs, not for one that is slow: machines differ, and share their processors.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // The same of what is waited for: by itself, `expect.poll` gives up after a second.
    expect: { poll: { timeout: 20_000 } },
  },
});
