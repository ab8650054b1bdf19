import { readFileSync } from 'node:fs';

/** @param {string} name of an installed package @returns {string} */
export function versionOf(name) {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
