// Joins the modules of src into few files, in the place of those that `tsc -b` has made in dist: `npm pack` and `npm publish` run it
// (prepack). Declarations stay as they are. With the name of a folder it writes there instead, and leaves dist alone. Why:
// docs/decisions/0017-what-an-import-costs.md.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const ENTRIES = ['core', 'redis', 'redis/cluster', 'testing'];
const [folder = DIST] = process.argv.slice(2);

const bundle = await rolldown({
  // From the sources, so that the maps lead there.
  input: Object.fromEntries(ENTRIES.map((name) => [`${name}/index`, join(ROOT, 'src', name, 'index.ts')])),
  platform: 'node',
  transform: { target: 'es2022' },
});
if (folder === DIST) removeModules();
await bundle.write({
  dir: folder,
  format: 'esm',
  sourcemap: true,
  chunkFileNames: ({ moduleIds, name }) => `chunks/${moduleIds.some(isOfRedis) ? 'redis' : name}.js`,
  codeSplitting: {
    groups: [
      // What the clients need, without the behaviours, which only authors of clients do.
      { name: 'core', test: /[\\/]core[\\/](?!behaviour|index)/, priority: 1 },
      { name: 'behaviour', test: /[\\/]core[\\/]behaviour[\\/]/ },
    ],
  },
});
await bundle.close();

/** @param {string} module */
function isOfRedis(module) {
  return module.startsWith(join(ROOT, 'src', 'redis'));
}

/** Also what tells `tsc -b` that it has made them, so that the next build makes them again. */
function removeModules() {
  for (const path of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    if (/\.js(?:\.map)?$|\.tsbuildinfo$/.test(path)) rmSync(join(DIST, path));
  }
}
