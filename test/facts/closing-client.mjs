// Makes calls, waits for the connection to be in a state, closes, and then has nothing more to do: the process must end
// by itself. Prints what became of the calls. Arguments: address, state, options as JSON.
import { Redis } from '../../dist/redis/index.js';

/**
 * For so long something may still be running when close() is over: a second, in which the process was let run. Where it was not,
 * that is no time that it has taken. What counts them does not keep the process alive itself.
 */
const EXIT_LIMIT_TICKS = 100;
const TICK_MS = 10;
const STILL_ALIVE = 3;

const [address, state, options] = process.argv.slice(2);
const redis = Redis.start(address, JSON.parse(options));
const calls = Array.from({ length: 100 }, (_, index) => redis.incr(`n:${index}`));
const endings = Promise.allSettled(calls);

if (redis.state !== state) {
  await new Promise((resolve) => {
    redis.onState(({ to }) => to === state && resolve());
  });
}
// So that what is asked in this state is on its way.
await new Promise((resolve) => setTimeout(resolve, 50));
await redis.close({ timeoutMs: 200 });

let ticks = 0;
setInterval(() => {
  ticks += 1;
  if (ticks < EXIT_LIMIT_TICKS) return;
  console.log(`alive: ${process.getActiveResourcesInfo().join(', ')}`);
  process.exit(STILL_ALIVE);
}, TICK_MS).unref();

const fates = new Set(
  (await endings).map(({ reason }) => (reason ? `${reason.code} ${reason.outcome}` : 'answered')),
);
console.log([redis.state, ...fates].join(', '));
