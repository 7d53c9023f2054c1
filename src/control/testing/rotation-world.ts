import type {
  Credentials,
  RotationAction,
  RotationEvent,
  RotationState,
} from "#control/rotation/rotation-state.ts";
import type { Schedule } from "./schedules.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { World } from "./simulation.ts";
import { VirtualTime } from "./virtual-time.ts";

/**
 * `refuse`: steps fail for a while. `hang`: they are said to have failed, and may be carried out later all the same, up
 * to the moment when the store does something else.
 * `rotate`: somebody asks for it. `crash`: a client is replaced by one with what is current then.
 */
export const rotationFaults = ["refuse", "hang", "rotate", "crash"] as const;
export type RotationFault = (typeof rotationFaults)[number];

/** A store that knows which passwords of which users are good, and clients that must always get in. */
export class RotationWorld implements World<RotationState, RotationEvent, RotationAction> {
  readonly time = new VirtualTime();
  readonly random: SeededRandom;
  emit: (event: RotationEvent) => void = () => {};
  rotations = 0;
  #refusals = 0;
  #hangs = 0;
  /** What clients that start get. */
  #current: Credentials;
  readonly #isSingle: boolean;
  readonly #good = new Map<string, Set<number>>();
  readonly #clients: Credentials[];
  readonly #hanging: RotationAction[] = [];

  constructor({ current, users }: RotationState, schedule: Schedule<RotationFault>) {
    this.random = new SeededRandom(schedule.seed);
    this.#current = current;
    this.#isSingle = users.length === 1;
    this.#good.set(current.user, new Set([current.version]));
    this.#clients = [current, current, current];
    for (const { atMs, kind, target, forMs } of schedule.faults)
      this.time.after(atMs, () => this.#inject(kind, target, forMs));
  }

  perform(action: RotationAction): void {
    const { attempt } = action;
    const delay = this.random.between(1, 300);
    // What is current is for us to say, and not for the store.
    if (this.#hangs > 0 && action.kind !== "finish-secret") {
      this.#hanging.push(action);
      this.time.after(this.random.between(500, 6000), () => this.#endHanging());
      return this.time.after(delay, () => this.emit({ kind: "failed", attempt, reason: "time-out" }));
    }
    this.time.after(delay, () => {
      this.#endHanging();
      const refused = this.#refusals > 0 && this.random.next() < 0.7;
      const failure = refused ? "refused" : this.#carryOut(action);
      this.emit(failure === null ? { kind: "done", attempt } : { kind: "failed", attempt, reason: failure });
    });
  }

  check(state: RotationState): void {
    this.#mustGetIn(state.current, "A new client");
    for (const client of this.#clients) this.#mustGetIn(client, "A client");
  }

  /** Throws unless nothing is half done: one user with one password, which all clients use. */
  checkOver(state: RotationState): void {
    if (state.step !== null || state.previous !== null) throw new Error(`It does not end: ${state.step}.`);
    const good = [...this.#good].flatMap(([user, versions]) =>
      [...versions].map((version) => `${user} ${version}`),
    );
    const { user, version } = state.current;
    const allowed = state.pending ? `${state.pending.user} ${state.pending.version}` : "";
    if (good.filter((each) => each !== allowed).join() !== `${user} ${version}`)
      throw new Error(`In the end these are good: ${good.join(", ")}.`);
    if (this.#clients.some((client) => client.version !== version))
      throw new Error("A client has old credentials.");
  }

  #endHanging(): void {
    for (const action of this.#hanging.splice(0)) if (this.random.next() < 0.5) this.#carryOut(action);
  }

  /** @returns why it failed, or null. */
  #carryOut({ kind, credentials }: RotationAction): string | null {
    const { user, version } = credentials;
    switch (kind) {
      case "create-secret":
        return null;
      case "set-secret":
        this.#good.set(user, new Set([...(this.#isSingle ? (this.#good.get(user) ?? []) : []), version]));
        return null;
      case "test-secret":
        return this.#isGood(credentials) ? null : "cannot log in";
      case "finish-secret":
        this.#current = credentials;
        return null;
      case "restart-clients":
        for (const index of this.#clients.keys()) this.#clients[index] = this.#current;
        return null;
      case "disable-old":
        this.#good.get(user)?.delete(version);
        this.rotations += 1;
        return null;
    }
  }

  #isGood({ user, version }: Credentials): boolean {
    return this.#good.get(user)?.has(version) ?? false;
  }

  #mustGetIn(credentials: Credentials, who: string): void {
    if (!this.#isGood(credentials))
      throw new Error(`${who} cannot log in with ${JSON.stringify(credentials)}.`);
  }

  #inject(kind: RotationFault, target: number, forMs: number): void {
    switch (kind) {
      case "rotate":
        return this.emit({ kind: "rotate" });
      case "crash":
        this.#clients[target % this.#clients.length] = this.#current;
        return;
      case "refuse":
        this.#refusals += 1;
        return this.time.after(forMs, () => (this.#refusals -= 1));
      case "hang":
        this.#hangs += 1;
        return this.time.after(forMs, () => (this.#hangs -= 1));
    }
  }
}
