// A protocol of one's own on the Pipeline: what it is (protocol.ts), how it looks to its users (memcached.ts), and what
// they get.
//
//   npm run build && npx tsc -p examples && node build/examples/memcached/main.js
//
// No memcached is needed: a stand-in (stand-in.ts) answers. MEMCACHED_PORT names the port of a real one on this machine.
import { HawserError } from 'hawser';
import { Memcached } from './memcached.ts';
import { StandIn } from './stand-in.ts';

await using standIn = await StandIn.start();
const port = Number(process.env['MEMCACHED_PORT'] ?? standIn.port);
await using cache = await Memcached.connect({ endpoints: [{ host: '127.0.0.1', port }], timeoutMs: 1_000 });
const [text, visits] = [`hawser:example:${process.pid}`, `hawser:example:${process.pid}:visits`];

console.log('nothing there:', await cache.get(text));
await cache.set(text, 'ahoy, £5');
console.log('there:', await cache.get(text));

// Many callers, one connection, one write: each has its own answer.
await cache.set(visits, '0');
const counts = await Promise.all(Array.from({ length: 5 }, () => cache.incr(visits)));
console.log('visits:', counts.join(' '));

// What goes wrong says what is known of it, and concerns nobody else.
const [noNumber, tooLarge, noKey, behind] = await Promise.allSettled([
  cache.incr(text),
  cache.set(text, 'x'.repeat(2_000_000)),
  cache.get('two words'),
  cache.get(visits),
]);
for (const failed of [noNumber, tooLarge, noKey]) {
  if (failed.status === 'rejected' && failed.reason instanceof HawserError) {
    console.log(`${failed.reason.outcome}: ${failed.reason.message}`);
  }
}
if (behind.status === 'fulfilled') console.log('the call behind them:', behind.value);

await Promise.all([cache.delete(text), cache.delete(visits)]);
