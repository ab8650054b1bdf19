export {
  ERROR_CODES,
  HawserError,
  type ErrorCode,
  type HawserErrorInit,
  type Outcome,
} from './machine/index.ts';
export type { Clock, Random, Timer } from './machine/index.ts';
export type { Dial, DialRequest, Endpoint, TlsOptions, Transport, TransportListener } from './transport.ts';
export type { Encoded, Handshake, Inbound, Protocol, Request, Session } from './protocol.ts';
