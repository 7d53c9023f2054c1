import type { RandomStream } from "../kernel/random.ts";
import { DueHeap } from "./due-heap.ts";
import { Outcomes } from "./outcomes.ts";
import { Servers, SILENT, Targets, UP } from "./servers.ts";
import type {
  Capacity,
  ReplicaCondition,
  Stage,
  StoreCondition,
  Traffic,
  TrafficSettings,
} from "./traffic.ts";

/** What is known of how a request that is under way will end. */
const GOES_ON = 0;
/** It waits for a store, and fails where that is not back in time. */
const WAITS = 1;
const FREE = 255;

/**
 * Every request by itself: arrivals as a Poisson process, a target by the load balancer's rule, a queue and servers at each
 * replica, then the next stage. All of it is in typed arrays and nothing is allocated for a request. Controllers act on it
 * between two events, by calling `advance` with their time first.
 */
export class Requests implements Traffic {
  readonly outcomes: Outcomes;
  readonly #settings: TrafficSettings;
  readonly #stages: readonly Stage[];
  readonly #random: RandomStream;
  readonly #heap = new DueHeap();
  readonly #servers = new Servers();
  readonly #targets: readonly Targets[];
  readonly #stores: StoreCondition[];
  #now = 0;
  #meanGap = Infinity;
  #nextArrival = Infinity;
  #arrived = 0;
  #entryLoss = { share: 0, from: 0, until: 0 };
  /** By slot: when it was sent, when something happens to it, at which stage it is, how it goes on, by which replicas. */
  #sentAt = new Float64Array(256);
  #due = new Float64Array(256);
  #at = new Uint8Array(256).fill(FREE);
  #ending = new Uint8Array(256);
  #path: Int32Array;
  #free: Int32Array = Int32Array.from({ length: 256 }, (_, slot) => slot);
  #used = 0;

  constructor(settings: TrafficSettings, random: RandomStream) {
    this.#settings = settings;
    this.#stages = settings.stages;
    this.#random = random;
    this.outcomes = new Outcomes(settings.bucketMs);
    this.#targets = settings.stages.map(({ balancing }) => new Targets(balancing, random));
    this.#stores = settings.stages.map(() => ({ kind: "up" }));
    this.#path = new Int32Array(256 * settings.stages.length);
  }

  /** All that ever came. */
  get arrived(): number {
    return this.#arrived;
  }

  /** Those that have no answer yet. */
  get inFlight(): number {
    return this.#used;
  }

  restart(): void {
    this.outcomes.restart(this.#now);
  }

  /** Every answer has been counted as it came. */
  finish(): void {}

  advance(until: number): void {
    const heap = this.#heap;
    for (;;) {
      const due = heap.nextTime();
      if (this.#nextArrival <= due) {
        if (this.#nextArrival > until) break;
        this.#arrive(this.#nextArrival);
        this.#nextArrival -= Math.log(1 - this.#random.next()) * this.#meanGap;
      } else {
        if (due > until) break;
        this.#happen(heap.pop(), due);
      }
    }
    this.#now = until;
  }

  setRate(perSecond: number): void {
    this.#meanGap = 1000 / perSecond;
    this.#nextArrival = perSecond > 0 ? this.#now + this.#random.exponential(this.#meanGap) : Infinity;
  }

  addReplica(stage: number, capacity: Capacity): number {
    return this.#servers.add(stage, capacity, this.#now);
  }

  setCondition(replica: number, condition: ReplicaCondition): void {
    this.#servers.setCondition(replica, condition, this.#now);
    if (condition === "up") return;
    const stages = this.#stages.length;
    const stage = this.#servers.stage[replica] as number;
    this.#forEach((slot) => {
      // What has gone on to a later stage gets its answer through the replica as well.
      if ((this.#at[slot] as number) < stage || this.#path[slot * stages + stage] !== replica) return;
      if (condition === "gone") this.#end(slot, false, this.#now);
      else this.#schedule(slot, Infinity, GOES_ON);
    });
  }

  setTargets(stage: number, replicas: readonly number[]): void {
    this.#targets[stage]?.set(replicas);
  }

  setStore(stage: number, condition: StoreCondition): void {
    const before = this.#stores[stage] as StoreCondition;
    this.#stores[stage] = condition;
    if (condition.kind === before.kind || condition.kind === "degraded" || before.kind === "degraded") return;
    const wait = (this.#stages[stage] as Stage).wait;
    this.#forEach((slot) => {
      if (this.#at[slot] !== stage) return;
      const ending = this.#ending[slot];
      if (condition.kind === "fails" && ending === GOES_ON) {
        // Those whose answer is under way lose their connection; those that still compute come to it later.
        if (this.#isSilent(slot, stage)) return;
        this.#schedule(slot, this.#now + condition.afterMs, WAITS);
      } else if (condition.kind === "up" && ending === WAITS)
        this.#schedule(slot, this.#now + wait.draw(this.#random), GOES_ON);
    });
  }

  loseEntry(share: number, from: number, until: number): void {
    this.#entryLoss = { share, from, until };
  }

  workOf(replica: number): number {
    return this.#servers.workOf(replica, this.#now);
  }

  outstandingOf(replica: number): number {
    return this.#servers.outstanding[replica] as number;
  }

  #arrive(now: number): void {
    this.#arrived += 1;
    const { share, from, until } = this.#entryLoss;
    if (share > 0 && now < until) {
      const left = now < from ? share : (share * (until - now)) / (until - from);
      if (this.#random.next() < left) return this.outcomes.fail(now);
    }
    if (this.#used === this.#free.length) this.#grow();
    const slot = this.#free[this.#used] as number;
    this.#used += 1;
    this.#sentAt[slot] = now;
    this.#at[slot] = FREE;
    this.#enter(slot, 0, now);
  }

  #happen(slot: number, now: number): void {
    // It was put off, or has ended: another entry of the heap counts, or none.
    if (this.#due[slot] !== now) return;
    const stage = this.#at[slot] as number;
    if (now >= (this.#sentAt[slot] as number) + this.#settings.timeoutMs || this.#ending[slot] !== GOES_ON)
      this.#end(slot, false, now);
    else if (stage + 1 < this.#stages.length) this.#enter(slot, stage + 1, now);
    else this.#end(slot, true, now);
  }

  #enter(slot: number, stage: number, now: number): void {
    const servers = this.#servers;
    const targets = this.#targets[stage] as Targets;
    let replica = targets.choose(servers.outstanding, -1);
    if (replica !== -1 && (servers.condition[replica] as number) === 1 && this.#settings.retriesRefused)
      replica = targets.choose(servers.outstanding, replica);
    const condition = replica === -1 ? 1 : (servers.condition[replica] as number);
    if (condition !== UP && condition !== SILENT) return this.#end(slot, false, now);
    this.#at[slot] = stage;
    this.#path[slot * this.#stages.length + stage] = replica;
    servers.outstanding[replica] = (servers.outstanding[replica] as number) + 1;
    if (condition === SILENT) return this.#schedule(slot, Infinity, GOES_ON);
    const { cpu, wait } = this.#stages[stage] as Stage;
    const worked = servers.serve(replica, cpu.draw(this.#random), now);
    const store = this.#stores[stage] as StoreCondition;
    if (store.kind === "fails") return this.#schedule(slot, worked + store.afterMs, WAITS);
    const waits = wait.draw(this.#random) + (store.kind === "degraded" ? store.byMs : 0);
    this.#schedule(slot, worked + waits, GOES_ON);
  }

  #schedule(slot: number, time: number, ending: number): void {
    const deadline = (this.#sentAt[slot] as number) + this.#settings.timeoutMs;
    const due = time < deadline ? time : deadline;
    this.#due[slot] = due;
    this.#ending[slot] = ending;
    this.#heap.push(due, slot);
  }

  #end(slot: number, succeeds: boolean, now: number): void {
    const sentAt = this.#sentAt[slot] as number;
    if (succeeds) this.outcomes.succeed(sentAt, now);
    else this.outcomes.fail(sentAt);
    const stages = this.#stages.length;
    const last = this.#at[slot] as number;
    if (last !== FREE)
      for (let stage = 0; stage <= last; stage += 1) {
        const replica = this.#path[slot * stages + stage] as number;
        this.#servers.outstanding[replica] = (this.#servers.outstanding[replica] as number) - 1;
      }
    this.#at[slot] = FREE;
    this.#due[slot] = -1;
    this.#used -= 1;
    this.#free[this.#used] = slot;
  }

  #isSilent(slot: number, stage: number): boolean {
    const replica = this.#path[slot * this.#stages.length + stage] as number;
    return this.#servers.condition[replica] === SILENT;
  }

  #forEach(visit: (slot: number) => void): void {
    for (let slot = 0; slot < this.#at.length; slot += 1) if (this.#at[slot] !== FREE) visit(slot);
  }

  #grow(): void {
    const length = this.#free.length;
    this.#sentAt = doubled(this.#sentAt, Float64Array);
    this.#due = doubled(this.#due, Float64Array);
    this.#at = doubled(this.#at, Uint8Array).fill(FREE, length);
    this.#ending = doubled(this.#ending, Uint8Array);
    this.#path = doubled(this.#path, Int32Array);
    this.#free = doubled(this.#free, Int32Array);
    for (let slot = length; slot < 2 * length; slot += 1) this.#free[slot] = slot;
  }
}

function doubled<Numbers extends Float64Array | Int32Array | Uint8Array>(
  old: Numbers,
  Type: new (length: number) => Numbers,
): Numbers {
  const larger = new Type(2 * old.length);
  larger.set(old);
  return larger;
}
