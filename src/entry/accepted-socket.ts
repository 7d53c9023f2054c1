/* oxlint-disable no-underscore-dangle -- `_handle` is Node's name, not ours. */
import { Socket, type SocketConstructorOpts } from "node:net";

/** Gets what was read: valid during the call only. @returns whether to go on reading. */
export type Receive = (bytes: Buffer, size: number) => boolean;

/** Every read of every client ends up here and is dealt with, or copied, before the next one happens. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Lets an accepted connection read into one buffer, as `net.connect` does with its option `onread`: without
 * memory of its own for every read, a small request costs less. `net.Server` does not have that option,
 * so the connection is taken over from a socket that was accepted with `pauseOnConnect` and has read nothing.
 * Where a later Node hides the handle, the socket itself is used: slower, not different.
 * @param secure whether it is a socket of TLS, whose handle belongs to nobody else.
 */
export function readInPlace(accepted: Socket, secure: boolean, receive: Receive): Socket {
  const holder = accepted as unknown as { _handle?: object | null };
  // What TLS has decrypted has memory of its own anyway.
  if (secure || holder._handle === undefined || holder._handle === null) {
    accepted.on("data", (bytes) => void receive(bytes as Buffer, bytes.length));
    accepted.resume();
    return accepted;
  }
  const handle = holder._handle;
  holder._handle = null;
  const callback = (size: number, bytes: Uint8Array): boolean => receive(bytes as Buffer, size);
  const options = { handle, allowHalfOpen: true, onread: { buffer: READ_BUFFER, callback } };
  return new Socket(options as unknown as SocketConstructorOpts);
}
