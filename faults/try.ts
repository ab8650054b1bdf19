import { playRow } from './play.ts';
import { ROWS } from './rows/index.ts';
import { pooledRedis, sharedRedis } from './subjects/hawser-redis.ts';
import { QUICK, FULL } from './tempo.ts';
const tempo = process.argv[2] === 'full' ? FULL : QUICK;
const only = process.argv[3];
for (const row of ROWS) {
  if (only !== undefined && !row.name.includes(only)) continue;
  for (const subject of [sharedRedis(tempo), pooledRedis(tempo)]) {
    const t = performance.now();
    const result = await playRow(row, { subject, tempo, seed: 1 });
    console.log(subject.name, Math.round(performance.now() - t), JSON.stringify(result));
  }
}
