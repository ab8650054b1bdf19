import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const hawser = fileURLToPath(new URL('../../dist/redis/index.js', import.meta.url));
const cluster = fileURLToPath(new URL('../../dist/redis/cluster/index.js', import.meta.url));

/** Where the files of the package are, as `npm pack` joins them. */
export const PACKED = fileURLToPath(new URL('../node_modules/.hawser-packed', import.meta.url));

/**
 * What is imported, and a small program that uses it. The first imports nothing: what a process and the compiler cost anyway.
 * @typedef {{ name: string, module: string, program: string }} ImportedClient
 * @type {readonly ImportedClient[]}
 */
export const CLIENTS = [
  { name: '(nothing)', module: 'node:path', program: `export const greeting: string | null = null;` },
  {
    name: 'hawser',
    module: join(PACKED, 'redis/index.js'),
    program: `import { Redis } from '${hawser}';
const redis = await Redis.connect('redis://localhost');
await redis.set('greeting', 'ahoy', { ex: 60 });
export const greeting: string | null = await redis.get('greeting');`,
  },
  {
    name: 'hawser, cluster',
    module: join(PACKED, 'redis/cluster/index.js'),
    program: `import { RedisClusterClient } from '${cluster}';
const redis = await RedisClusterClient.connect('redis://localhost');
await redis.set('greeting', 'ahoy', { ex: 60 });
export const greeting: string | null = await redis.get('greeting');`,
  },
  {
    name: 'ioredis',
    module: 'ioredis',
    program: `import { Redis } from 'ioredis';
const redis = new Redis('redis://localhost');
await redis.set('greeting', 'ahoy', 'EX', 60);
export const greeting: string | null = await redis.get('greeting');`,
  },
  {
    name: 'node-redis',
    module: 'redis',
    program: `import { createClient } from 'redis';
const redis = createClient({ url: 'redis://localhost' });
await redis.set('greeting', 'ahoy', { EX: 60 });
export const greeting: string | null = await redis.get('greeting');`,
  },
];
