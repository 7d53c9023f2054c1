import type { ChildProcess } from "node:child_process";
import type { Exit } from "../process.ts";
import { freeze, thaw } from "./freeze.ts";
import { endOrphans } from "./leftovers.ts";

/** A server that runs. The supervisor journals its process and decides when it ends. */
export interface Server {
  readonly kind: "postgresql";
  readonly pid: number;
  readonly child: ChildProcess;
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly log: string;
  readonly exited: Promise<Exit>;
  /**
   * Stops it and waits until nothing of it is left. `fast` ends transactions and writes a checkpoint; `immediate`
   * leaves recovery to the next start. What takes longer than the time-out is killed.
   * https://www.postgresql.org/docs/15/server-shutdown.html
   */
  stop(mode: "fast" | "immediate", timeoutMs: number): Promise<Exit>;
  /**
   * Ends it like a power cut, its children included: a child left alone can still acknowledge a commit to a client,
   * after a standby has been promoted.
   */
  kill(): Promise<Exit>;
  /**
   * Stops it as it is, its children included.
   * @param beforeChildren told of its children before they are stopped.
   */
  freeze(beforeChildren: (pids: readonly number[]) => void): void;
  /** Lets it go on; one that was not frozen by us is let go on as well. */
  thaw(): void;
}

const ORPHANS_END_WITHIN_MS = 5000;

export function runningServer(
  child: ChildProcess,
  exited: Promise<Exit>,
  place: { directory: string; host: string; port: number; log: string },
): Server {
  const { directory, host, port, log } = place;

  async function kill(): Promise<Exit> {
    child.kill("SIGKILL");
    const exit = await exited;
    await endOrphans(directory, ORPHANS_END_WITHIN_MS);
    return exit;
  }

  async function stop(mode: "fast" | "immediate", timeoutMs: number): Promise<Exit> {
    child.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const exit = await exited;
    clearTimeout(timer);
    await endOrphans(directory, ORPHANS_END_WITHIN_MS);
    return exit;
  }

  const pid = child.pid ?? -1;
  let frozen: readonly number[] = [];

  function freezeAll(beforeChildren: (pids: readonly number[]) => void): void {
    if (isRunning()) frozen = freeze({ pid, directory }, beforeChildren);
  }

  function thawAll(): void {
    // Once it has ended, its children's numbers may be others'.
    if (isRunning()) thaw({ pid }, frozen);
    frozen = [];
  }

  function isRunning(): boolean {
    return child.exitCode === null && child.signalCode === null && pid > 0;
  }

  const does = { stop, kill, freeze: freezeAll, thaw: thawAll };
  return { kind: "postgresql", pid, child, directory, host, port, log, exited, ...does };
}
