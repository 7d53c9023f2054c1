import type { ChildProcess } from "node:child_process";
import type { Exit } from "../process.ts";
import { type Access, ask } from "./connection.ts";

/** A Redis that runs. The supervisor journals its process and decides when it ends. */
export interface RedisServer {
  readonly kind: "redis";
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /**
   * Stops it, with everything that it holds written down, and waits until nothing of it is left. What takes longer than
   * the time-out is killed.
   */
  stop(timeoutMs: number): Promise<Exit>;
  /** Ends it like a power cut, and with it a child that is writing a snapshot. */
  kill(): Promise<Exit>;
  /** To it, and to a child that is writing a snapshot. */
  signal(name: NodeJS.Signals): void;
}

export function runningServer(
  child: ChildProcess,
  exited: Promise<Exit>,
  access: Access,
  appendOnly: boolean,
): RedisServer {
  async function kill(): Promise<Exit> {
    signalGroup(child, "SIGKILL");
    return exited;
  }

  async function stop(timeoutMs: number): Promise<Exit> {
    // A frozen server can act only when it runs again.
    signalGroup(child, "SIGCONT");
    const timer = setTimeout(() => signalGroup(child, "SIGKILL"), timeoutMs);
    // With an append-only file everything is on the disk already. A success has no answer: the connection ends.
    const asked = ask(access, timeoutMs, "SHUTDOWN", appendOnly ? "NOSAVE" : "SAVE").then(
      () => {},
      () => {},
    );
    const exit = await exited;
    clearTimeout(timer);
    await asked;
    return exit;
  }

  const signal = (name: NodeJS.Signals) => signalGroup(child, name);
  return { kind: "redis", pid: child.pid ?? -1, exited, stop, kill, signal };
}

/** To the server and to what it has started: it heads a process group, whose number is its own while it runs. */
function signalGroup({ pid, exitCode, signalCode }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The group is gone already.
  }
}
