import { resp, respCodec, ScriptedServer, type Bytes, type ListeningScriptedServer } from 'hawser/testing';

/** The server that a Sentinel names. */
interface Named {
  readonly host: string;
  readonly port: number;
}

/**
 * A Sentinel that is cut off from all servers and from the other Sentinels, and not from clients: it names one primary for ever,
 * in the oldest of all configurations, and has nothing to tell.
 */
export function cutOffSentinel(named: Named): Promise<ListeningScriptedServer<readonly string[], Bytes>> {
  return ScriptedServer.start({
    codec: respCodec,
    beyond: 'repeat-last',
    scripts: [
      async (peer) => {
        for await (const command of peer.messages()) peer.send(answerTo(command, named));
      },
    ],
  });
}

function answerTo([name = '', ...args]: readonly string[], { host, port }: Named): Buffer {
  const bulks = (...texts: string[]): Buffer => resp.array(texts.map((text) => resp.bulk(text)));
  switch (name === 'SENTINEL' ? args[0] : name) {
    case 'HELLO':
      return resp.map([resp.bulk('role'), resp.bulk('sentinel')], 3);
    case 'PING':
      return args[0] === undefined ? resp.simple('PONG') : resp.bulk(args[0]);
    case 'SUBSCRIBE':
      return resp.push('subscribe', args[0] ?? '', '1');
    case 'GET-MASTER-ADDR-BY-NAME':
      return bulks(host, `${port}`);
    case 'MASTER':
      return bulks('ip', host, 'port', `${port}`, 'flags', 'master', 'config-epoch', '0');
    case 'SENTINELS':
      return resp.array([]);
    default:
      return resp.simple('OK');
  }
}
