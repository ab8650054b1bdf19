import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, fixturePath } from './clients.ts';

const ca = fixturePath('authority.pem');
const server = redisServer({
  tls: { cert: fixturePath('server.pem'), key: fixturePath('server.key'), ca },
  unixSocket: true,
  users: ['app on >secret ~* &* +@all', 'default on nopass ~* &* +@all'],
});

const page = readFileSync(new URL('../../docs/connecting.md', import.meta.url), 'utf8');
const forms = [...page.matchAll(/^\| `((?:rediss?|valkeys?|unix):\/\/[^`]*)` \|/gm)].map(([, url]) => url!);

/** The URL of the page, at the server of this test. */
function here(form: string): string {
  const { port, tlsPort, socketPath } = server();
  return form
    .replace('localhost:6379', `127.0.0.1:${port}`)
    .replace('localhost:6380', `localhost:${tlsPort}`)
    .replace(/^redis:\/\/localhost$/, `redis://localhost:${port}`)
    .replace('/run/redis.sock', socketPath!);
}

test('docs/connecting.md shows every form', () => {
  expect(new Set(forms.map((form) => new URL(form).protocol))).toEqual(
    new Set(['redis:', 'rediss:', 'valkey:', 'valkeys:', 'unix:']),
  );
});

test.each(forms)('%s connects as it says: user, database, TLS and socket', async (form) => {
  const { username, password, protocol } = new URL(form);
  const isTls = protocol === 'rediss:' || protocol === 'valkeys:';
  const redis = await connect(here(form), {
    tls: isTls ? { ca: readFileSync(ca) } : undefined,
    clientName: 'connecting',
  });
  expect(await redis.aclWhoami()).toBe(username === '' ? 'default' : username);
  const info = await redis.clientInfo();
  expect(info).toContain(`db=${/[/=](\d)$/.exec(form)?.[1] ?? '0'} `);
  expect(info).toContain('name=connecting ');
  if (protocol === 'unix:') expect(redis.explain().peer).toBe(server().socketPath);
  else expect(redis.explain().peer).toMatch(new RegExp(`:${isTls ? server().tlsPort : server().port}$`));
  expect(password === '' || password === 'secret').toBe(true);
});
