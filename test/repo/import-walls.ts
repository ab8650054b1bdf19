import { dirname, join } from 'node:path/posix';
import type { ProjectFile } from './files.ts';

interface Layer {
  readonly folder: string;
  /** Other layers whose index it may import. */
  readonly uses: readonly string[];
  /** Whether it may import Node's own modules. */
  readonly onNode: boolean;
}

/** Innermost first: a file belongs to the first layer whose folder holds it. */
const LAYERS: readonly Layer[] = [
  { folder: 'src/core/machine', uses: [], onNode: false },
  { folder: 'src/core', uses: ['src/core/machine'], onNode: true },
  { folder: 'src/redis', uses: ['src/core'], onNode: true },
  { folder: 'src/testing', uses: ['src/core', 'src/core/machine'], onNode: true },
];

/** What the files of src import against the rules of the layers. */
export function brokenWalls(files: readonly ProjectFile[]): string[] {
  return files.flatMap((file) => {
    const layer = layerOf(file.path);
    if (layer === undefined) return [`${file.path} belongs to no layer`];
    return importsOf(file.text).flatMap((specifier) => {
      const fault = faultOf(specifier, file.path, layer);
      return fault === undefined ? [] : [`${file.path} imports ${specifier}: ${fault}`];
    });
  });
}

function faultOf(specifier: string, path: string, layer: Layer): string | undefined {
  if (specifier.startsWith('node:'))
    return layer.onNode ? undefined : `${layer.folder} knows nothing of Node`;
  if (!specifier.startsWith('.')) return 'Hawser depends on no package';
  const target = join(dirname(path), specifier);
  const targetLayer = layerOf(target);
  if (targetLayer === undefined) return 'it is outside every layer';
  if (targetLayer === layer) return undefined;
  if (!layer.uses.includes(targetLayer.folder)) return `${layer.folder} may not use ${targetLayer.folder}`;
  if (target !== `${targetLayer.folder}/index.ts`) return `it goes past the index of ${targetLayer.folder}`;
  return undefined;
}

function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ folder }) => path.startsWith(`${folder}/`));
}

/** Statements begin their line and quotes are single: the formatter sees to both. */
const IMPORT =
  /^(?:import|export)\b[^'"]*?\bfrom\s+'(?<from>[^']+)'|^import\s+'(?<bare>[^']+)'|\bimport\('(?<inline>[^']+)'\)/gm;

function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(
    ({ groups }) => groups?.['from'] ?? groups?.['bare'] ?? groups?.['inline'] ?? '',
  );
}
