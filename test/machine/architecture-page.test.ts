import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** Where the parts that the page names by themselves may be. */
const FOLDERS = ['src/core', 'src/core/machine', 'src/core/pool', 'src/core/behaviour'];
const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('ARCHITECTURE.md', ROOT), 'utf8');

function missing(paths: readonly string[]): string[] {
  return paths.filter((path) => !existsSync(new URL(path, ROOT)));
}

describe('ARCHITECTURE.md', () => {
  test('links to what exists', () => {
    const links = Array.from(page.matchAll(/\]\(([^)#]+)/g), ([, path]) => path!);
    expect(links.length).toBeGreaterThan(5);
    expect(missing(links)).toEqual([]);
  });

  test('names files that exist, those of src/core without their folder, those of src without that', () => {
    const [, places = ''] = page.split('## Where is');
    const names = Array.from(places.matchAll(/`([\w/-]+\.ts)`/g), ([, name]) => name!);
    expect(names.length).toBeGreaterThan(20);
    const candidates = (name: string): string[] => [
      name,
      ...['src', ...FOLDERS].map((folder) => `${folder}/${name}`),
    ];
    const isNowhere = (name: string): boolean => missing(candidates(name)).length === candidates(name).length;
    expect(names.filter(isNowhere)).toEqual([]);
  });

  test('names classes that exist in the file of that name', () => {
    const [, call = ''] = page.split('## The life of a call');
    const names = new Set(Array.from(call.matchAll(/`([A-Z][a-z][A-Za-z]+)`/g), ([, name]) => name!));
    expect(names.size).toBeGreaterThan(8);
    const absent = [...names].filter((name) => {
      const file = `${name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.ts`;
      const [path] = FOLDERS.map((folder) => `${folder}/${file}`).filter(
        (each) => missing([each]).length === 0,
      );
      return path === undefined || !readFileSync(new URL(path, ROOT), 'utf8').includes(`class ${name}`);
    });
    expect(absent).toEqual([]);
  });
});
