import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installPeers, buildHawser } from './setup.mjs';

const USAGE = `Usage: npm run bench -- redis [options]     Hawser beside the other Redis clients
       npm run bench -- ways [options]       a connection per command, pools and the shared pipeline side by side
       npm run bench -- memory [--quick]     what Hawser keeps while a server is down
       npm run bench -- cluster [options]    the clients for Redis Cluster side by side
       npm run bench -- caching              reads from memory beside reads that ask the server
       npm run bench -- import               what it costs to import each client, and to compile what does

Options of redis and ways (cluster has --cells, --rounds, --round-ms and --no-build):
  --quick            fewer cells and shorter rounds, within a minute
  --json [FILE]      everything measured, as JSON: to FILE beside the tables, or to the standard output instead of them
  --cells LIST       for example get16:1000,incr:100 (a name without a number: all its numbers of callers)
  --clients LIST     of redis, for example hawser,ioredis-auto
  --ways LIST        of ways, for example pool-10,tarn,shared
  --chart FILE       of ways: writes an SVG of calls per second
  --rounds N         rounds per cell (15)
  --round-ms N       length of a round (250)
  --profile FOLDER   a CPU profile of each client process there
  --no-build         take dist/ as it is`;

const [task, ...rest] = process.argv.slice(2);

if (task === 'redis') {
  const { parseOptions } = await import('./redis/options.mjs');
  const options = optionsOf(parseOptions);
  prepare(options);
  const { benchRedis } = await import('./redis/bench.mjs');
  process.exitCode = await benchRedis(options);
} else if (task === 'ways') {
  const { parseOptions } = await import('./ways/options.mjs');
  const options = optionsOf(parseOptions);
  prepare(options);
  const { benchWays } = await import('./ways/bench.mjs');
  process.exitCode = await benchWays(options);
} else if (task === 'cluster') {
  const { benchCluster, parseOptions } = await import('./cluster/bench.mjs');
  const options = optionsOf(parseOptions);
  prepare(options);
  process.exitCode = await benchCluster(options);
} else if (task === 'memory') {
  if (!rest.includes('--no-build')) buildHawser();
  const script = fileURLToPath(new URL('redis/memory.mjs', import.meta.url));
  // The heap can be told from garbage only behind a collection that was asked for.
  const child = spawnSync(process.execPath, ['--expose-gc', script, ...rest], { stdio: 'inherit' });
  process.exitCode = child.status ?? 1;
} else if (task === 'caching') {
  prepare({ build: !rest.includes('--no-build') });
  const { benchCaching } = await import('./caching/bench.mjs');
  process.exitCode = await benchCaching();
} else if (task === 'import') {
  prepare({ build: !rest.includes('--no-build') });
  const { benchImport } = await import('./import/bench.mjs');
  process.exitCode = benchImport();
} else {
  console.error(USAGE);
  process.exitCode = 2;
}

function prepare({ build }) {
  installPeers();
  if (build) buildHawser();
}

/** Ends the process where it was asked for what there is not. */
function optionsOf(parseOptions) {
  try {
    return parseOptions(rest);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    return process.exit(2);
  }
}
