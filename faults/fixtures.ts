import { fileURLToPath } from 'node:url';

/** The project, from where these files are or from where they were built to. */
export const ROOT = fileURLToPath(
  new URL(import.meta.url.includes('/build/faults/') ? '../..' : '..', import.meta.url),
);

/** Path of a certificate or a key that was made for tests. */
export function fixture(name: string): string {
  return `${ROOT}/test/fixtures/tls/${name}`;
}
