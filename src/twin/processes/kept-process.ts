import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { type Backoff, backoffDelay } from "#control/backoff.ts";
import { PlumblineError } from "#model/errors.ts";
import type { EventLog } from "../event-log.ts";
import { ownProgram, packageRoot } from "../package-root.ts";
import { logTail } from "./log-tail.ts";
import type { Processes } from "./processes.ts";

const RESTART_DELAY_MS = 200;
/** One that ends so many times in a row, each time soon after its start, cannot run here. */
const HOPELESS_AFTER = 3;
const BACKOFF: Backoff = { baseMs: RESTART_DELAY_MS, capMs: 10_000, resetAfterMs: 10_000 };

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
  readonly #nodeOptions: readonly string[];
  #child: ChildProcess | null = null;
  #stopping = false;
  #suspended = false;
  #startedAt = 0;
  /** How many times in a row it has ended soon after its start. */
  #failures = 0;
  readonly #hopeless = Promise.withResolvers<never>();

  /** @param program which of our own programs: `entry/main`. @param nodeOptions how Node is to run it. */
  constructor(
    role: string,
    program: string,
    tools: { processes: Processes; events: EventLog },
    listeners: { onStart: () => void; onMessage: (message: FromIt) => void },
    nodeOptions: readonly string[] = [],
  ) {
    this.#role = role;
    this.#file = ownProgram(program);
    this.#processes = tools.processes;
    this.#events = tools.events;
    this.#onStart = listeners.onStart;
    this.#onMessage = listeners.onMessage;
    this.#nodeOptions = nodeOptions;
    this.#hopeless.promise.catch(() => {});
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Rejects when it has ended again and again: whoever waits for it to do something waits in vain. */
  get hopeless(): Promise<never> {
    return this.#hopeless.promise;
  }

  start(): void {
    this.#startedAt = performance.now();
    const child = this.#processes.start({
      role: this.#role,
      command: [process.execPath, ...this.#nodeOptions, this.#file],
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

  get isSuspended(): boolean {
    return this.#suspended;
  }

  /** Ends it by force, and does not start it again before `resume`. Returns when it has ended. */
  async suspend(): Promise<void> {
    this.#suspended = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exited;
  }

  /** @returns whether it was suspended, and starts again. */
  resume(): boolean {
    if (!this.#suspended || this.#stopping) return false;
    this.#suspended = false;
    this.start();
    return true;
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
    if (this.#stopping || this.#suspended) return;
    this.#events.record("error", this.#role, `ended with ${how}; it is started again`);
    const soon = performance.now() - this.#startedAt < BACKOFF.resetAfterMs;
    this.#failures = soon ? this.#failures + 1 : 1;
    if (this.#failures >= HOPELESS_AFTER) this.#hopeless.reject(this.#givenUp(how));
    await delay(Math.max(RESTART_DELAY_MS, backoffDelay(this.#failures, BACKOFF)));
    // Meanwhile it may have been suspended, and resumed too.
    if (!this.#stopping && !this.#suspended && !this.#child) this.start();
  }

  #givenUp(how: string): PlumblineError {
    const log = this.#processes.logFile(this.#role);
    return new PlumblineError(
      "PART_UNSTARTABLE",
      `The ${this.#role} ended ${this.#failures} times in a row, with ${how}. The end of its output:\n${logTail(log)}`,
      `Mend what it says, then run \`plumbline up\` again; all of it is in ${log}.`,
    );
  }
}
