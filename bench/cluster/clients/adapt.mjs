/**
 * What the workloads need besides single commands, made of these: several keys in one command would have to be in one slot.
 *
 * @param {Pick<import('../../redis/workloads.mjs').Adapter, 'get' | 'set' | 'incr' | 'close'> & Partial<import('../../redis/workloads.mjs').Adapter>} client
 * @returns {import('../../redis/workloads.mjs').Adapter}
 */
export function adaptCluster(client) {
  return {
    mget: (keys) => Promise.all(keys.map((key) => client.get(key))),
    pipeline: (keys) => Promise.all(keys.map((key) => client.get(key))),
    pipelined: (reply, index) => reply[index],
    async command([name, ...args]) {
      if (name !== 'MSET') throw new Error(`${name} is no command of these workloads.`);
      const pairs = Array.from({ length: args.length / 2 }, (_, index) =>
        args.slice(2 * index, 2 * index + 2),
      );
      await Promise.all(pairs.map(([key, value]) => client.set(key, value)));
    },
    ...client,
  };
}
