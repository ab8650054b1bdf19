test('a CommonJS test loads it with import()', async () => {
  const { Redis } = await import('hawser/redis');
  const { RedisServer } = await import('hawser/testing');
  const server = await RedisServer.start();
  const redis = await Redis.connect(server.url);
  expect(await redis.set('bytes', Buffer.from([255, 0]))).toBe('OK');
  expect(await redis.get('bytes', { buffers: true })).toEqual(Buffer.from([255, 0]));
  await expect(redis.incr('bytes')).rejects.toMatchObject({ outcome: 'refused' });
  await redis.close();
  await server[Symbol.asyncDispose]();
});
