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
 * Where a later Node hides what this needs, the socket itself is used: slower, not different.
 * @param secure whether it is a socket of TLS.
 */
export function readInPlace(accepted: Socket, secure: boolean, receive: Receive): Socket {
  const holder = accepted as unknown as { _handle?: object | null };
  const callback = (size: number, bytes: Uint8Array): boolean => receive(bytes as Buffer, size);
  if (secure || holder._handle === undefined || holder._handle === null) {
    // Also where TLS reads in place, what it has decrypted before comes this way.
    accepted.on("data", (bytes) => void receive(bytes as Buffer, bytes.length));
    if (secure) decryptInPlace(accepted, callback);
    accepted.resume();
    return accepted;
  }
  const handle = holder._handle;
  holder._handle = null;
  const options = { handle, allowHalfOpen: true, onread: { buffer: READ_BUFFER, callback } };
  return new Socket(options as unknown as SocketConstructorOpts);
}

/**
 * A socket of TLS is made by Node with its handle, and `onread` is not among its options. Its reading is the same as
 * that of every other socket: told of a buffer, it uses it.
 */
function decryptInPlace(socket: Socket, callback: (size: number, bytes: Uint8Array) => boolean): void {
  const state = socket as unknown as Record<symbol, unknown> & { _handle?: UserBuffered | null };
  const [buffer, listener] = symbolsOf(socket);
  if (buffer === undefined || listener === undefined || state._handle?.useUserBuffer === undefined) return;
  state[buffer] = READ_BUFFER;
  state[listener] = callback;
  state._handle.useUserBuffer(READ_BUFFER);
}

interface UserBuffered {
  useUserBuffer?(buffer: Buffer): void;
}

let symbols: readonly (symbol | undefined)[] | undefined;

/** Under which Node keeps the buffer of `onread` and its callback: the same ones for every socket. */
function symbolsOf(socket: Socket): readonly (symbol | undefined)[] {
  const named = (name: string): symbol | undefined =>
    Object.getOwnPropertySymbols(socket).find(({ description }) => description === name);
  return (symbols ??= [named("kBuffer"), named("kBufferCb")]);
}
