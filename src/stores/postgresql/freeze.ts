import { ask } from "../programs.ts";
import { holdersByWorkingDirectory } from "./leftovers.ts";

/**
 * Stops every process of a server as it is, the server itself first, so that it starts no other meanwhile. Connections
 * stay, and nothing is answered.
 * @param beforeChildren told of its children before they are stopped: should we be killed, somebody has to know of them.
 * @returns the children.
 */
export function freeze(
  server: { readonly pid: number; readonly directory: string },
  beforeChildren: (pids: readonly number[]) => void,
): number[] {
  send(server.pid, "SIGSTOP");
  const children: number[] = [];
  // The signal takes its moment to arrive, and the server may have started one more in it.
  for (;;) {
    const others = childrenOf(server).filter((pid) => !children.includes(pid));
    if (others.length === 0) return children;
    beforeChildren(others);
    for (const pid of others) send(pid, "SIGSTOP");
    children.push(...others);
  }
}

/** Lets a server go on, its children first: it would take one that does not answer for lost. */
export function thaw(server: { readonly pid: number }, children: readonly number[]): void {
  for (const pid of [...children, server.pid]) send(pid, "SIGCONT");
}

function childrenOf({ pid, directory }: { readonly pid: number; readonly directory: string }): number[] {
  if (process.platform === "linux")
    return holdersByWorkingDirectory(directory).flatMap((holder) => (holder.pid === pid ? [] : holder.pid));
  const { output } = ask("ps", ["-A", "-o", "pid=,ppid="], undefined);
  const pairs = output.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? child : []));
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
