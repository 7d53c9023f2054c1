import type { ChildProcess } from "node:child_process";
import type { Exit } from "../process.ts";

/** A MariaDB that runs: one process with threads. The supervisor journals it and decides when it ends. */
export interface MariadbServer {
  readonly kind: "mysql";
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Stops it, with everything written down, and waits until it is gone. What takes longer than the time-out is killed. */
  stop(timeoutMs: number): Promise<Exit>;
  /** Ends it like a power cut of its own. */
  kill(): Promise<Exit>;
  signal(name: NodeJS.Signals): void;
}

export function runningServer(child: ChildProcess, exited: Promise<Exit>): MariadbServer {
  async function kill(): Promise<Exit> {
    child.kill("SIGKILL");
    return exited;
  }

  async function stop(timeoutMs: number): Promise<Exit> {
    // A frozen server can act on a signal only when it runs again.
    child.kill("SIGCONT");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const exit = await exited;
    clearTimeout(timer);
    return exit;
  }

  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return { kind: "mysql", pid: child.pid ?? -1, exited, stop, kill, signal };
}
