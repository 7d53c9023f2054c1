import {
  type ReplicationAction,
  type ReplicationEvent,
  type ReplicationState,
  standbyOf,
  summarizeReplication,
} from "#control/replication-state.ts";
import type { Schedule } from "./schedules.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { World } from "./simulation.ts";
import { ToyCache } from "./toy-cache.ts";
import { ToyStore } from "./toy-store.ts";
import { VirtualTime } from "./virtual-time.ts";

/**
 * `freeze` is SIGSTOP and thaws unless it was killed, `mute` loses probes of a node that is well, `cut`
 * parts the nodes, `dead-start` makes starts fail, `lost-log` leaves the standby too far behind.
 */
export const storeFaults = [
  "crash",
  "crash-both",
  "freeze",
  "mute",
  "cut",
  "slow-start",
  "dead-start",
  "lost-log",
] as const;
export type StoreFault = (typeof storeFaults)[number];

/** Nodes that replicate, a client that writes through the endpoint, and the runner between them. */
export class ReplicationWorld implements World<ReplicationState, ReplicationEvent, ReplicationAction> {
  readonly time = new VirtualTime();
  readonly random: SeededRandom;
  readonly store: ToyStore;
  emit: (event: ReplicationEvent) => void = () => {};
  failovers = 0;
  readonly #active = new Map<string, number>();
  readonly #busyUntil = new Map<string, number>();
  readonly #saidUntil = new Map<string, number>();
  readonly #lastLook = new Map<string, string>();
  readonly #fenced = new Set<string>();
  /** Whom the controller holds for the primary. */
  #primary: string;

  constructor(initial: ReplicationState, schedule: Schedule<StoreFault>) {
    this.random = new SeededRandom(schedule.seed);
    const Store = initial.settings.promotes === "in-sync" ? ToyStore : ToyCache;
    this.store = new Store(Object.keys(initial.nodes), initial.primary);
    this.#primary = initial.primary;
    for (const { atMs, kind, target, forMs } of schedule.faults) {
      this.time.after(atMs, () => this.#inject(kind, target, forMs));
    }
    this.#every(50, () => this.store.write());
    this.#every(100, () => this.#watchReplication());
    for (const name of this.store.names) this.#every(200, () => this.#probe(name));
  }

  perform(action: ReplicationAction): void {
    switch (action.kind) {
      case "point-writer":
        this.store.writer = action.node;
        return;
      case "start": {
        this.#fenced.delete(action.node);
        const isSlow = this.#isActive("slow-start", action.node);
        // Some of these starts never end by themselves.
        if (isSlow && this.random.next() < 0.3) return;
        const slow = isSlow ? this.random.between(500, 6000) : 0;
        return this.#enqueue(action.node, this.random.between(20, 300) + slow, () =>
          this.#start(action.node),
        );
      }
      case "fence":
        return this.#enqueue(action.node, this.random.between(5, 150), () => {
          this.#crash(action.node);
          this.#fenced.add(action.node);
          this.#say({ kind: "fenced", node: action.node });
        });
      case "promote": {
        if (action.node !== this.#primary && !this.#fenced.has(this.#primary))
          throw new Error(`${action.node} is promoted before the other was fenced.`);
        this.#primary = action.node;
        return this.#enqueue(action.node, this.random.between(20, 300), () => this.#promote(action.node));
      }
      case "rebuild":
        this.#enqueue(action.node, 0, () => this.store.erase(action.node));
        return this.#enqueue(action.node, this.random.between(100, 1500), () =>
          this.#rebuild(action.node, action.from),
        );
      case "relax-sync":
        return this.#enqueue(action.primary, this.random.between(1, 200), () =>
          this.#relax(action.primary, action.round),
        );
      case "require-sync":
        return this.#enqueue(action.primary, this.random.between(1, 200), () => this.#require(action));
    }
  }

  check(): void {
    this.store.check();
  }

  /** Throws unless the store is well: complete, writable, and with a standby nothing acknowledged is missing. */
  checkRepaired(state: ReplicationState): void {
    const summary = summarizeReplication(state);
    if (!summary.complete) throw new Error(`Not complete in the end: ${JSON.stringify(summary)}.`);
    this.store.checkWritable(standbyOf(state));
  }

  #enqueue(node: string, durationMs: number, run: () => void): void {
    const at = Math.max(this.time.now, this.#busyUntil.get(node) ?? 0) + durationMs;
    this.#busyUntil.set(node, at);
    this.time.after(at - this.time.now, run);
  }

  #every(periodMs: number, run: () => void): void {
    this.time.after(periodMs, () => {
      run();
      this.#every(periodMs, run);
    });
  }

  /** What is said arrives a little later, and of one node in the order in which it happened. */
  #say(event: ReplicationEvent, delayMs = this.random.between(0, 30)): void {
    this.#sayThen(event.node, delayMs, () => event);
  }

  #sayThen(node: string, delayMs: number, event: () => ReplicationEvent): void {
    const at = Math.max(this.time.now + delayMs, this.#saidUntil.get(node) ?? 0);
    this.#saidUntil.set(node, at);
    this.time.after(at - this.time.now, () => this.emit(event()));
  }

  #start(node: string): void {
    if (this.#isActive("dead-start", node)) return this.#say({ kind: "exited", node, reason: "exit code 1" });
    this.store.start(node, node === this.#primary);
    this.#say({ kind: "started", node });
  }

  #promote(node: string): void {
    if (!this.store.answers(node) || this.#isLost()) return;
    this.store.promote(node);
    this.failovers += 1;
    this.#say({ kind: "promoted", node });
  }

  #rebuild(node: string, from: string): void {
    if (this.store.copy(node, from)) this.#say({ kind: "rebuilt", node });
    else this.#say({ kind: "rebuild-failed", node, reason: `${from} does not answer` });
  }

  #relax(primary: string, round: number): void {
    if (!this.store.answers(primary) || this.#isLost()) return;
    this.store.setSync(primary, null);
    this.#say({ kind: "relaxed", node: primary, round });
  }

  #require({ primary, standby, round }: Extract<ReplicationAction, { readonly kind: "require-sync" }>): void {
    if (!this.store.answers(primary) || this.#isLost()) return;
    this.store.setSync(primary, standby);
    const { incarnation } = this.store.node(primary);
    const look = (): void => {
      const { syncWith, incarnation: current } = this.store.node(primary);
      if (current !== incarnation || syncWith !== standby) return;
      if (this.store.isComplete(standby, primary)) this.#say({ kind: "in-sync", node: standby, round });
      else this.time.after(50, look);
    };
    look();
  }

  /** Says what is new, and some of the time what was said before. */
  #watchReplication(): void {
    for (const node of this.store.standbys()) {
      const streams = this.store.stream(node);
      const behind = this.store.answers(node) && this.store.node(node).lostLog;
      const kind = behind ? "needs-rebuild" : streams ? "streaming" : "lost-streaming";
      if (this.#lastLook.get(node) === kind && this.random.next() < 0.8) continue;
      this.#lastLook.set(node, kind);
      this.#say({ kind, node });
    }
  }

  #probe(node: string): void {
    const { process } = this.store.node(node);
    if (process === "absent") return;
    if (process === "frozen" || this.#isActive("mute", node))
      return this.#say({ kind: "probe-failed", node }, 150);
    // What has begun before a fence is not said after it: the offset is the one of now.
    this.#sayThen(node, 5, () => ({ kind: "probe-ok", node, offset: this.store.node(node).writes.size }));
  }

  /** Whether a command to a node gets lost on its way. */
  #isLost(): boolean {
    return this.random.next() < 0.1;
  }

  #isActive(kind: StoreFault, node: string): boolean {
    return (this.#active.get(`${kind} ${node}`) ?? 0) > 0;
  }

  #inject(kind: StoreFault, target: number, forMs: number): void {
    const { names } = this.store;
    const node = names[target % names.length] ?? "";
    switch (kind) {
      case "crash":
        return this.#crash(node);
      case "crash-both":
        for (const name of target % 2 === 0 ? names : names.toReversed()) this.#crash(name);
        return;
      case "freeze":
        this.store.freeze(node);
        return this.time.after(forMs, () => this.store.thaw(node));
      case "cut":
        this.store.cuts += 1;
        return this.time.after(forMs, () => (this.store.cuts -= 1));
      case "lost-log":
        for (const standby of this.store.standbys()) this.store.node(standby).lostLog = true;
        return;
      default: {
        const key = `${kind} ${node}`;
        this.#active.set(key, (this.#active.get(key) ?? 0) + 1);
        return this.time.after(forMs, () => void this.#active.set(key, (this.#active.get(key) ?? 0) - 1));
      }
    }
  }

  #crash(node: string): void {
    if (this.store.node(node).process === "absent") return;
    this.store.kill(node);
    this.#say({ kind: "exited", node, reason: "SIGKILL" });
  }
}
