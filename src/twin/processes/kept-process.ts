import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { EventLog } from "../event-log.ts";
import { packageRoot } from "../architecture-file.ts";
import type { Processes } from "./processes.ts";

const RESTART_DELAY_MS = 200;

/**
 * A process of ours that is told everything over a channel, and is started again when it ends unasked. After each start
 * `onStart` tells it what it needs to know.
 */
export class KeptProcess<ToIt extends object, FromIt> {
  readonly #role: string;
  readonly #file: string;
  readonly #processes: Processes;
  readonly #events: EventLog;
  readonly #onStart: () => void;
  readonly #onMessage: (message: FromIt) => void;
  #child: ChildProcess | null = null;
  #stopping = false;

  /** @param file its main file, relative to the package's root. */
  constructor(
    role: string,
    file: string,
    tools: { processes: Processes; events: EventLog },
    listeners: { onStart: () => void; onMessage: (message: FromIt) => void },
  ) {
    this.#role = role;
    this.#file = file;
    this.#processes = tools.processes;
    this.#events = tools.events;
    this.#onStart = listeners.onStart;
    this.#onMessage = listeners.onMessage;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  start(): void {
    const child = this.#processes.start({
      role: this.#role,
      command: [process.execPath, this.#file],
      cwd: packageRoot,
      env: {},
      channel: true,
    });
    this.#child = child;
    child.on("message", (message) => this.#onMessage(message as FromIt));
    child.on("error", () => {});
    child.once("exit", (code, signal) => void this.#ended(signal ?? `code ${code}`));
    this.#onStart();
  }

  send(message: ToIt): void {
    // Where it is gone, it is told again after its next start.
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  /** Asks it to end, and makes it end after the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
    await exited;
    clearTimeout(timer);
  }

  async #ended(how: string): Promise<void> {
    this.#child = null;
    if (this.#stopping) return;
    this.#events.record("error", this.#role, `ended with ${how}; it is started again`);
    await delay(RESTART_DELAY_MS);
    if (!this.#stopping) this.start();
  }
}
