import type { Subscription, SubscriptionEnd, SubscriptionEvent } from 'hawser/redis';
import type { RedisWorld } from '../support/redis-world.ts';

/** The next event, which must be there or come as time passes. */
export async function nextOf<Payload extends string | Buffer>(
  world: RedisWorld,
  subscription: Subscription<Payload>,
): Promise<SubscriptionEvent<Payload> | undefined> {
  const { value } = await world.clock.waitFor(subscription.next());
  return value;
}

export async function ready(
  world: RedisWorld,
  ...subscriptions: Pick<Subscription, 'ready'>[]
): Promise<void> {
  const all = subscriptions.map((subscription) => subscription.ready());
  await world.clock.waitFor(Promise.all(all));
}

/** All that comes from now on, as a listener is told. */
export function heardFrom(subscription: Subscription): (SubscriptionEvent | SubscriptionEnd)[] {
  const heard: (SubscriptionEvent | SubscriptionEnd)[] = [];
  subscription.listen((event) => heard.push(event));
  return heard;
}

/** What the server was asked about subscriptions, on all connections. */
export function asked(world: RedisWorld): string[] {
  return world.redis.commands
    .filter(({ name }) => name.endsWith('SUBSCRIBE'))
    .map(({ connection, text }) => `${connection}: ${text}`);
}
