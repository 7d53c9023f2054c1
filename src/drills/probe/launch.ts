import { type ChildProcess, fork } from "node:child_process";
import { extname, join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import type { Sample } from "../samples.ts";
import type { FromProbe, ProbePlan, ProbeState, ProbeTarget, ToProbe } from "./messages.ts";

const PROGRAM = join(import.meta.dirname, `main${extname(import.meta.filename)}`);

/** A probe that runs. */
export class Probe {
  readonly #child: ChildProcess;
  readonly #samples: Promise<Readonly<Record<string, readonly Sample[]>>>;
  #states: Readonly<Record<string, ProbeState>> = {};
  #onState = () => {};

  constructor(plan: ProbePlan) {
    this.#child = fork(PROGRAM, [], { serialization: "advanced" });
    this.#samples = new Promise((resolve, reject) => {
      this.#child.on("message", (message: FromProbe) => {
        if (message.kind === "samples") return resolve(message.targets);
        this.#states = message.targets;
        return this.#onState();
      });
      this.#child.once("error", reject);
      this.#child.once("exit", (code, signal) => reject(ended(signal ?? `code ${code}`)));
    });
    this.#samples.catch(() => this.#onState());
    this.#send({ kind: "run", plan });
  }

  /**
   * Waits until the probe's state is as wanted; it is looked at some twenty times a second.
   * @returns whether that came about in time.
   */
  async until(
    holds: (states: Readonly<Record<string, ProbeState>>) => boolean,
    { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const either = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const over = () => resolve(false);
    either.addEventListener("abort", over);
    this.#onState = () => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) resolve(false);
      else if (holds(this.#states)) resolve(true);
    };
    this.#onState();
    try {
      return await promise;
    } finally {
      either.removeEventListener("abort", over);
      this.#onState = () => {};
    }
  }

  get states(): Readonly<Record<string, ProbeState>> {
    return this.#states;
  }

  /** Lets a target's writes go somewhere else from now on. */
  redirect(name: string, target: ProbeTarget): void {
    this.#send({ kind: "redirect", name, target });
  }

  /** Ends it, when what is under way has ended. @throws PlumblineError DRILL_PROBE_ENDED */
  async stop(): Promise<Readonly<Record<string, readonly Sample[]>>> {
    this.#send({ kind: "stop" });
    return this.#samples;
  }

  #send(message: ToProbe): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}

function ended(how: string): PlumblineError {
  return new PlumblineError(
    "DRILL_PROBE_ENDED",
    `The process that probed the twin ended with ${how} before it had told what it saw.`,
    "Run the drill again.",
  );
}
