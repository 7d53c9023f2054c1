import { Outcomes } from "../requests/outcomes.ts";
import type {
  Capacity,
  ReplicaCondition,
  Stage,
  StoreCondition,
  Traffic,
  TrafficSettings,
} from "../requests/traffic.ts";
import { type Cell, type StageState, sampleCell } from "./cell.ts";
import { sharesByOutstanding } from "./shares.ts";

/** Rates this close to each other share a cell: a tenth more is five steps. */
const STEP = Math.log(1.02);
/** Above this share of its capacity a stage is taken for full: what it cannot do piles up. */
const FULL = 0.97;

interface Replica {
  readonly stage: number;
  readonly capacity: Capacity;
  condition: ReplicaCondition;
  /** What it has worked, and what waits for it, in milliseconds of its vCPUs. */
  work: number;
  backlog: number;
  outstanding: number;
}

/** How a stage that has too much to do, or had, delays those that come to it. */
interface Delayed {
  /** How long those wait who do not give up. */
  readonly waits: number;
  /** The share of those who give up. */
  readonly late: number;
  /** The share that goes on to the next stage. */
  readonly passes: number;
}

/** The cells that were sampled, by the settings that they are of: thousands of runs share a few dozen. */
const sampled = new WeakMap<TrafficSettings, Map<string, Cell>>();

/**
 * Requests by what is expected of all that come within an interval in which nothing changes. A state's failures and
 * latencies are those of its cell; where a stage has more to do than it can, the rest waits as a fluid, and clients
 * give up when the wait is longer than their patience.
 */
export class Aggregate implements Traffic {
  readonly outcomes: Outcomes;
  readonly #settings: TrafficSettings;
  readonly #cells: Map<string, Cell>;
  readonly #replicas: Replica[] = [];
  readonly #targets: (readonly number[])[];
  readonly #stores: StoreCondition[];
  #now = 0;
  #perSecond = 0;
  #arrived = 0;
  #entryLoss = { share: 0, from: 0, until: 0 };
  #cell: Cell | null = null;
  /** How many answers each cell stands for that are not in the latencies yet. */
  readonly #owed = new Map<Cell, number>();

  constructor(settings: TrafficSettings) {
    this.#settings = settings;
    this.outcomes = new Outcomes(settings.bucketMs);
    this.#targets = settings.stages.map(() => []);
    this.#stores = settings.stages.map(() => ({ kind: "up" }));
    let cells = sampled.get(settings);
    if (cells === undefined) sampled.set(settings, (cells = new Map()));
    this.#cells = cells;
  }

  get arrived(): number {
    return this.#arrived;
  }

  advance(until: number): void {
    const { bucketMs } = this.#settings;
    while (this.#now < until) {
      // Not the end of the bucket that it is at already, where rounding has left it a little short of that.
      const bucketEnd = (Math.floor(this.#now / bucketMs + 1e-9) + 1) * bucketMs;
      const end = Math.min(until, bucketEnd);
      this.#pass(this.#now, end);
      this.#now = end;
    }
  }

  setRate(perSecond: number): void {
    this.#perSecond = perSecond;
    this.#cell = null;
  }

  addReplica(stage: number, capacity: Capacity): number {
    return this.#replicas.push({ stage, capacity, condition: "up", work: 0, backlog: 0, outstanding: 0 }) - 1;
  }

  setCondition(replica: number, condition: ReplicaCondition): void {
    this.#of(replica).condition = condition;
    this.#of(replica).backlog = 0;
    this.#cell = null;
  }

  setTargets(stage: number, replicas: readonly number[]): void {
    this.#targets[stage] = [...replicas];
    this.#cell = null;
  }

  setStore(stage: number, condition: StoreCondition): void {
    this.#stores[stage] = condition;
    this.#cell = null;
  }

  loseEntry(share: number, from: number, until: number): void {
    this.#entryLoss = { share, from, until };
  }

  workOf(replica: number): number {
    return this.#of(replica).work;
  }

  outstandingOf(replica: number): number {
    return this.#of(replica).outstanding;
  }

  restart(): void {
    this.#owed.clear();
    this.outcomes.restart(this.#now);
  }

  /** Adds the latencies of all that was answered to the outcomes; once, when everything is over. */
  finish(): void {
    for (const [cell, answers] of this.#owed)
      if (cell.latency.count > 0) this.outcomes.latency.addScaled(cell.latency, answers / cell.latency.count);
    this.#owed.clear();
  }

  #pass(from: number, end: number): void {
    const came = (this.#perSecond * (end - from)) / 1000;
    if (came <= 0) {
      this.#work(0, end - from);
      return;
    }
    this.#arrived += came;
    const lost = came * this.#lostAt((from + end) / 2);
    const cell = (this.#cell ??= this.#find());
    const { waits, late } = this.#work(came - lost, end - from);
    const inTime = (came - lost) * (1 - late);
    const average = (cell.latency.count > 0 ? cell.latency.average : 0) + waits;
    const answered = average > this.#settings.timeoutMs ? 0 : inTime * (1 - cell.failed);
    if (came > answered) this.outcomes.fail(from, came - answered);
    if (answered === 0) return;
    this.outcomes.count(from, from + average, answered, average);
    // What waits for a full stage is late by the same; everything else is as late as its cell says.
    if (waits > 0) this.outcomes.latency.add(average, answered);
    else this.#owed.set(cell, (this.#owed.get(cell) ?? 0) + answered);
  }

  /** Does the work of so many requests within a time, and lets what is too much wait. */
  #work(requests: number, lasts: number): Pick<Delayed, "waits" | "late"> {
    let waits = 0;
    let inTime = 1;
    let passing = requests;
    for (const stage of this.#settings.stages.keys()) {
      const delayed = this.#workAt(stage, passing, lasts);
      waits += delayed.waits;
      inTime *= 1 - delayed.late;
      passing *= delayed.passes;
    }
    return { waits, late: 1 - inTime };
  }

  #workAt(stage: number, requests: number, lasts: number): Delayed {
    const { cpu, balancing } = this.#settings.stages[stage] as Stage;
    const able = (this.#targets[stage] ?? [])
      .map((id) => this.#of(id))
      .filter(({ condition }) => condition === "up");
    if (able.length === 0) return { waits: 0, late: 0, passes: 0 };
    const asked = requests * cpu.mean;
    const { timeoutMs } = this.#settings;
    const shares =
      balancing === "least-outstanding-requests"
        ? sharesByOutstanding(
            able.map(({ backlog, capacity }) => ({ backlog, vCpus: vCpusOf(capacity) })),
            {
              asked,
              usual: (cpu.mean * able.reduce((sum, { outstanding }) => sum + outstanding, 0)) / able.length,
              lasts,
              timeoutMs,
            },
          )
        : able.map(() => asked / able.length);
    let [waits, late, done] = [0, 0, 0];
    for (const [index, replica] of able.entries()) {
      const vCpus = vCpusOf(replica.capacity);
      const given = shares[index] as number;
      const before = replica.backlog;
      const worked = Math.min(before + given, vCpus * lasts);
      replica.work += worked;
      replica.backlog = before > 0 || given > FULL * vCpus * lasts ? before + given - worked : 0;
      const wait = (before + replica.backlog) / 2 / vCpus;
      const share = asked === 0 ? 0 : given / asked;
      if (wait > timeoutMs) late += share;
      else {
        waits += share * wait;
        done += worked;
      }
    }
    return {
      waits: late < 1 ? waits / (1 - late) : 0,
      late,
      passes: asked === 0 ? 0 : Math.min(1, done / asked),
    };
  }

  #lostAt(time: number): number {
    const { share, from, until } = this.#entryLoss;
    if (share === 0 || time >= until) return 0;
    return time < from ? share : (share * (until - time)) / (until - from);
  }

  #find(): Cell {
    const states = this.#settings.stages.map((_, stage): StageState => {
      const targets = (this.#targets[stage] ?? []).map((id) => this.#of(id));
      return { targets, store: this.#stores[stage] as StoreCondition };
    });
    const rate = Math.exp(Math.round(Math.log(Math.min(this.#perSecond, this.#able(states))) / STEP) * STEP);
    const key = `${rate.toPrecision(6)} ${states.map(keyOf).join(" | ")}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, (cell = sampleCell(this.#settings, states, rate)));
    for (const [stage, ids] of this.#targets.entries())
      for (const [index, id] of ids.entries())
        this.#of(id).outstanding = cell.outstanding[stage]?.[index] ?? 0;
    return cell;
  }

  /** The most requests a second that no stage is full with. */
  #able(states: readonly StageState[]): number {
    const limits = states.map(({ targets }, stage) => {
      const up = targets.filter(({ condition }) => condition === "up");
      const capacity = up.reduce((sum, target) => sum + vCpusOf(target.capacity), 0);
      const mean = this.#settings.stages[stage]?.cpu.mean ?? 0;
      return capacity === 0 || mean === 0 ? Infinity : (1000 * FULL * capacity) / mean;
    });
    return Math.min(...limits);
  }

  #of(replica: number): Replica {
    return this.#replicas[replica] as Replica;
  }
}

function vCpusOf({ servers, speed }: Capacity): number {
  return servers * speed;
}

function keyOf({ targets, store }: StageState): string {
  const each = targets.map(
    ({ capacity: { servers, speed }, condition }) => `${servers}*${speed}${condition[0]}`,
  );
  return `${each.join(",")} ${JSON.stringify(store)}`;
}
