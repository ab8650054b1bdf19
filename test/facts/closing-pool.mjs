// Makes calls over a pool and on connections of their own, closes, and then has nothing more to do: the process must end
// by itself. Prints what became of the calls. Arguments: address, `up` or `down`, options of both clients and of their pools as JSON.
import { Redis } from '../../dist/redis/index.js';

/**
 * For so long something may still be running when close() is over: a second, in which the process was let run. Where it was not,
 * that is no time that it has taken. What counts them does not keep the process alive itself.
 */
const EXIT_LIMIT_TICKS = 100;
const TICK_MS = 10;
const STILL_ALIVE = 3;

const [address, server, options, limits] = process.argv.slice(2);
const clients = [
  Redis.pool(address, { ...JSON.parse(options), ...JSON.parse(limits) }),
  Redis.start(address, { ...JSON.parse(options), dedicated: JSON.parse(limits) }),
];
const calls = clients.flatMap((client) => [
  ...Array.from({ length: 50 }, (_, index) => client.incr(`n:${index}`)),
  client.dedicated((connection) => connection.incr('own')),
]);
const waiting = clients.map((client) =>
  client.dedicated((connection) => connection.command(['BLPOP', 'none', 0])),
);
const endings = [Promise.allSettled(calls), Promise.allSettled(waiting)];

if (server === 'up') {
  await endings[0];
  const watcher = await Redis.connect(address);
  const info = async () => /** @type {string} */ (await watcher.command(['INFO', 'clients']));
  while (!(await info()).includes('blocked_clients:2'))
    await new Promise((resolve) => setTimeout(resolve, 5));
  await watcher.close();
} else {
  // Both have been told that the server is away.
  await Promise.all(clients.map((client) => isBackingOff(client)));
}
await Promise.all(clients.map((client) => client.close({ timeoutMs: 200 })));

let ticks = 0;
setInterval(() => {
  ticks += 1;
  if (ticks < EXIT_LIMIT_TICKS) return;
  console.log(`alive: ${process.getActiveResourcesInfo().join(', ')}`);
  process.exit(STILL_ALIVE);
}, TICK_MS).unref();

const fates = (await Promise.all(endings)).map((settled) => [
  ...new Set(settled.map(({ reason }) => (reason ? `${reason.code} ${reason.outcome}` : 'answered'))),
]);
console.log([...clients.map(({ state }) => state), ...fates.flat()].join(', '));

function isBackingOff(client) {
  return new Promise((resolve) => {
    if (client.state === 'backing-off') resolve();
    client.onState(({ to }) => to === 'backing-off' && resolve());
  });
}
