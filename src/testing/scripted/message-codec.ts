import { readCommand, toBuffer, type Bytes } from '../resp-wire.ts';

/** A protocol as a scripted server speaks it: messages of its clients that it reads, messages of its own that it sends. */
export interface MessageCodec<Incoming, Outgoing> {
  /**
   * The message at the front of what has arrived, and how many bytes it takes, at least one; `undefined` while some of it is
   * still to come. Called again from the front when more has arrived. What it throws is the failure of the script.
   */
  decode(bytes: Buffer): { readonly message: Incoming; readonly lengthBytes: number } | undefined;
  /** The bytes of a message; text goes out as UTF-8. */
  encode(message: Outgoing): string | Uint8Array;
}

/** No protocol: a message is whatever has arrived. */
export const bytesCodec: MessageCodec<Buffer, string | Uint8Array> = {
  decode: (bytes) =>
    bytes.length === 0 ? undefined : { message: Buffer.from(bytes), lengthBytes: bytes.length },
  encode: (bytes) => bytes,
};

/**
 * Redis: commands come as their words, as text; what is sent is made with `resp`, as `peer.send(resp.simple('OK'))`. What is
 * no array of bulk strings fails the script.
 */
export const respCodec: MessageCodec<readonly string[], Bytes> = {
  decode: (bytes) => {
    const command = readCommand(bytes);
    return command && { message: command.words.map(String), lengthBytes: command.lengthBytes };
  },
  encode: toBuffer,
};
