import type { Socket } from "node:net";

/**
 * A failed write destroys a socket of Node at once, with all that it has not read yet. This one lives on,
 * until a read fails too. Where a later Node does not look at this, answers of that kind can be lost.
 */
export function keepReading(socket: Socket): Socket {
  for (const state of statesOf(socket)) if (state !== undefined) state.autoDestroy = false;
  return socket;
}

interface StreamState {
  autoDestroy?: boolean;
  readonly ended?: boolean;
}

function statesOf(socket: Socket): readonly (StreamState | undefined)[] {
  const states = socket as unknown as Readonly<Record<string, StreamState | undefined>>;
  return [states["_readableState"], states["_writableState"]];
}

/** Whether the other side has ended, which Node does not tell after a failed write. */
export function hasEnded(socket: Socket): boolean {
  return statesOf(socket)[0]?.ended === true;
}
