import { describeEndpoint, HawserError, invalidOption } from '../../core/index.ts';
import type { RedisRedirectError } from '../errors.ts';

/** Where a node is to be reached. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

/** Says where a node is to be reached that the cluster knows by another address. */
export type AddressTranslation = (known: NodeAddress) => NodeAddress;

/** By which nodes are told apart. */
export function nameOf(address: NodeAddress): string {
  return describeEndpoint(address);
}

/** Whether a connection could be made to it, as far as that can be seen. */
export function isPort(port: unknown): port is number {
  return Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
}

/**
 * The owner's translation, of which nothing comes but addresses: it throws INVALID_OPTION where the owner's throws, or answers
 * with anything else.
 */
export function checkedTranslation(nodeAddress: AddressTranslation): AddressTranslation {
  return (known) => {
    let address: Partial<NodeAddress> | null | undefined;
    try {
      address = nodeAddress(known);
    } catch (cause) {
      // Its text is the owner's and may hold anything, so it travels only as the cause.
      throw new HawserError('INVALID_OPTION', 'option nodeAddress: it failed', {
        outcome: 'not-sent',
        cause,
      });
    }
    const { host, port } = address ?? {};
    if (typeof host === 'string' && host !== '' && isPort(port)) return { host, port };
    throw invalidOption('nodeAddress', '{ host, port }', address);
  };
}

/**
 * Where a node is that another one, `teller`, has named in a redirection: one that leaves the host out is on the same. Throws as
 * the translation does.
 */
export function redirectedTo(
  { host, port }: RedisRedirectError,
  teller: NodeAddress,
  nodeAddress: AddressTranslation,
): NodeAddress {
  return nodeAddress({ host: host === '' || host === '?' ? teller.host : host, port });
}
