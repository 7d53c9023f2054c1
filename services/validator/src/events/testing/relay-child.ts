import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { Step } from "../steps.ts";

const program = fileURLToPath(new URL("./relay-process.ts", import.meta.url));

export interface RelayChild {
  readonly child: ChildProcess;
  /** The signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  kill(): Promise<void>;
}

/** Starts a process that only relays; it dies by itself after a step, if one is given. */
export function startRelay(env: Record<string, string>, stop?: { at: Step; count: number }): RelayChild {
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env["PATH"],
      ...env,
      ...(stop && { STOP_AT: stop.at, STOP_COUNT: String(stop.count) }),
    },
    stdio: "ignore",
  });
  // Whatever ends the test process, its relay does not stay behind.
  const atExit = () => child.kill("SIGKILL");
  process.on("exit", atExit);
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once("exit", (_code, signal) => {
      process.off("exit", atExit);
      resolve(signal);
    });
  });
  return {
    child,
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
