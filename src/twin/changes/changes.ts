import type { ResolvedArchitecture } from "#model/architecture.ts";
import { failureOf } from "../failure.ts";
import { assertRunnable } from "../runnable.ts";
import type { ChangeStatus } from "../status.ts";
import { applyPlan, type RunningTwin } from "./apply.ts";
import { difference } from "./difference.ts";
import { planOf } from "./plan.ts";
import { ChangesRefused, superseded } from "./refused.ts";

/** Applies one change to a running twin after the other, and remembers how the last one went. */
export class Changes {
  readonly #twin: RunningTwin;
  readonly #name: string;
  #last: ChangeStatus | null = null;
  /** Whose programs have changed without a replica that runs them, because a change failed before that. */
  #owed: readonly string[] = [];
  #superseded = new AbortController();
  #quiet: Promise<void> = Promise.resolve();

  /** @param name the twin's, for messages. */
  constructor(name: string, twin: RunningTwin) {
    this.#name = name;
    this.#twin = twin;
  }

  get last(): ChangeStatus | null {
    return this.#last;
  }

  /** Resolves when nothing is being changed. */
  get quiet(): Promise<void> {
    return this.#quiet;
  }

  /**
   * Begins to make the twin what an architecture says, and says what that is; `last` tells how it goes. A change that is
   * still waiting for replicas is waited for no longer: whoever saves a correction need not wait until it has failed.
   * @param programs services and jobs whose program files have changed.
   * @throws PlumblineError CHANGE_NEEDS_RESTART or STORE_PROGRAM_MISSING, before anything is done.
   */
  async begin(after: ResolvedArchitecture, programs: readonly string[]): Promise<ChangeStatus> {
    // What is refused leaves a change that is under way alone.
    this.#plan(after, programs);
    this.#superseded.abort(superseded());
    this.#superseded = new AbortController();
    const { signal } = this.#superseded;
    const begun = Promise.withResolvers<ChangeStatus>();
    this.#quiet = this.#quiet.then(() => this.#run(after, programs, signal, begun));
    return begun.promise;
  }

  async #run(
    after: ResolvedArchitecture,
    programs: readonly string[],
    signal: AbortSignal,
    begun: PromiseWithResolvers<ChangeStatus>,
  ): Promise<void> {
    const { context } = this.#twin;
    let change: ChangeStatus;
    try {
      change = this.#plan(after, programs);
    } catch (error) {
      return begun.reject(error);
    }
    this.#last = change;
    begun.resolve(change);
    try {
      const plan = planOf(change.changes, after, change.programs);
      await applyPlan(plan, after, { ...this.#twin, superseded: signal });
      this.#last = { ...change, state: "applied" };
      this.#twin.onApplied();
      if (change.changes.length > 0)
        context.events.record("info", "twin", "is what its architecture says now");
    } catch (error) {
      this.#last = { ...change, state: "failed", error: failureOf(error) };
      if (!this.#twin.signal.aborted && !signal.aborted)
        context.events.record("error", "twin", `could not apply the change: ${this.#last.error?.code}`);
    }
    this.#owed = context.architecture === after ? [] : change.programs;
  }

  #plan(after: ResolvedArchitecture, programs: readonly string[]): ChangeStatus {
    assertRunnable(after);
    const changes = difference(this.#twin.context.architecture, after);
    const refused = changes.filter(({ effect }) => effect === "restart");
    if (refused.length > 0) throw new ChangesRefused(this.#name, refused);
    return {
      id: (this.#last?.id ?? 0) + 1,
      state: "under way",
      changes,
      programs: [...new Set([...this.#owed, ...programs])].filter((name) => after.services[name]),
      error: null,
    };
  }
}
