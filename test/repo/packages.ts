import type { ProjectFile } from './files.ts';

interface Manifest {
  readonly [field: string]: unknown;
}

const DEPENDENCY_FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** What a package.json asks for without naming one exact version. */
export function looseVersions({ path, text }: ProjectFile): string[] {
  const manifest = JSON.parse(text) as Manifest;
  return DEPENDENCY_FIELDS.flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))
      .map(([name, version]) => `${path}: ${name} ${String(version)}`),
  );
}

/** What the package would bring along into its users' projects. */
export function runtimeDependencies({ text }: ProjectFile): string[] {
  const manifest = JSON.parse(text) as Manifest;
  return DEPENDENCY_FIELDS.filter((field) => field !== 'devDependencies').flatMap((field) =>
    Object.keys(manifest[field] ?? {}),
  );
}

/** Addresses in a lock file that say where a package was downloaded. Those below `funding` are its author's. */
export function downloadAddresses({ path, text }: ProjectFile): string[] {
  const found: string[] = [];
  const visit = (value: unknown, key: string): void => {
    if (key === 'funding') return;
    if (typeof value === 'string' && /^(?:git\+)?(?:https?|ssh):/.test(value))
      found.push(`${path}: ${key} ${value}`);
    if (typeof value !== 'object' || value === null) return;
    for (const [innerKey, inner] of Object.entries(value)) visit(inner, innerKey);
  };
  visit(JSON.parse(text), '');
  return found;
}
