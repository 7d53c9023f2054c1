import { PlumblineError } from "#model/errors.ts";
import type { Balancer } from "../balancer.ts";
import type { Parts } from "../parts.ts";
import type { TwinContext } from "../twin-context.ts";
import { Detours } from "./detours.ts";
import type { FaultPlan, FaultTools } from "./fault-plan.ts";
import type { FaultStatus } from "./fault-status.ts";
import { regionFault } from "./region-faults.ts";
import { replicaFault, serviceFault } from "./replica-faults.ts";
import type { FaultRequest } from "./request.ts";
import { nodeFault, storeFault } from "./store-faults.ts";
import { type FaultTarget, faultTarget } from "./target.ts";
import { zoneFault } from "./zone-faults.ts";

interface Active {
  readonly status: FaultStatus;
  readonly heal: () => Promise<void>;
  readonly timer: NodeJS.Timeout | undefined;
}

/** What is broken in a twin on purpose: each fault has an id, and is healed by it, by its time, or with all others. */
export class Faults {
  readonly #context: TwinContext;
  readonly #parts: Parts;
  readonly #balancer: Balancer;
  readonly #active = new Map<string, Active>();
  readonly #ending = new AbortController();
  #count = 0;
  /** One fault is put in, or healed, after the other. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(context: TwinContext, parts: Parts, balancer: Balancer) {
    this.#context = context;
    this.#parts = parts;
    this.#balancer = balancer;
    const detours = new Detours(context, parts);
    context.network.onChange(() => detours.update());
    context.network.onParts(() => void detours.update().catch(this.#complain("network")));
  }

  /** Those that hold now, the oldest first. */
  get active(): readonly FaultStatus[] {
    return [...this.#active.values()].map(({ status }) => status);
  }

  /**
   * Breaks a part; returns when the fault is in force.
   * @throws PlumblineError FAULT_PART_UNKNOWN, FAULT_PART_DOWN, FAULT_UNSUITABLE or FAULT_NEEDS_FORCE, with nothing done.
   */
  inject(request: FaultRequest): Promise<FaultStatus> {
    return this.#inTurn(async () => {
      const target = faultTarget(request.part, this.#parts, this.#context.architecture.zoneNames);
      const fault = `fault-${this.#count + 1}`;
      const { signal } = this.#ending;
      const tools = { fault, context: this.#context, parts: this.#parts, balancer: this.#balancer, signal };
      const plan = planOf(target, request, tools);
      this.#count += 1;
      this.#say(fault, plan.description);
      const since = new Date();
      await plan.begin().catch((error: unknown) => this.#undo(fault, error));
      return this.#note(fault, request, since, plan);
    });
  }

  /**
   * Heals one; returns when that is in force.
   * @returns what was healed: nothing where the fault was over.
   * @throws PlumblineError FAULT_NOT_FOUND where there never was such a fault.
   */
  heal(id: string): Promise<readonly FaultStatus[]> {
    return this.#inTurn(() => this.#heal(id));
  }

  healAll(): Promise<readonly FaultStatus[]> {
    return this.#inTurn(async () => {
      const healed: FaultStatus[] = [];
      // The latest first: it was put into what those before it had left.
      for (const id of [...this.#active.keys()].toReversed()) healed.push(...(await this.#heal(id)));
      return healed;
    });
  }

  /** The twin is being stopped: nothing is broken any more that would keep it from stopping in order. */
  async end(): Promise<void> {
    this.#ending.abort(new Error("The twin is being stopped."));
    for (const { timer } of this.#active.values()) clearTimeout(timer);
    this.#active.clear();
    await this.#context.network.clear();
  }

  /** What fails half-way leaves nothing broken. */
  async #undo(fault: string, error: unknown): Promise<never> {
    this.#context.places.open(fault);
    await this.#context.network.heal(fault);
    throw error;
  }

  #note(id: string, { part, how, forMs }: FaultRequest, since: Date, plan: FaultPlan): FaultStatus {
    const { on, description, heal, ended } = plan;
    const status: FaultStatus = {
      id,
      part,
      how,
      on,
      description,
      since: since.toISOString(),
      until: heal && forMs !== undefined ? new Date(since.getTime() + forMs).toISOString() : null,
      active: heal !== null,
    };
    if (heal === null) return status;
    const timer =
      forMs === undefined ? undefined : setTimeout(() => void this.heal(id).catch(this.#complain(id)), forMs);
    this.#active.set(id, { status, heal, timer });
    void ended?.then(() => this.#over(id));
    return status;
  }

  async #heal(id: string): Promise<readonly FaultStatus[]> {
    const active = this.#active.get(id);
    if (!active) {
      if (this.#wasThere(id)) return [];
      throw this.#notFound(id);
    }
    clearTimeout(active.timer);
    // It stays on the list where this fails, and can be healed again.
    await active.heal();
    this.#active.delete(id);
    this.#say(id, `is healed: ${active.status.on.join(", ")}`);
    return [{ ...active.status, active: false }];
  }

  /** What it had stopped has ended. */
  #over(id: string): void {
    const active = this.#active.get(id);
    if (!active) return;
    clearTimeout(active.timer);
    this.#active.delete(id);
    this.#say(id, `is over: ${active.status.on.join(", ")} has ended`);
  }

  #wasThere(id: string): boolean {
    const number = Number(/^fault-(?<number>[1-9]\d*)$/.exec(id)?.groups?.["number"] ?? Number.NaN);
    return number <= this.#count;
  }

  #notFound(id: string): PlumblineError {
    const ids = [...this.#active.keys()];
    return new PlumblineError(
      "FAULT_NOT_FOUND",
      `There is no fault ${id}.`,
      ids.length > 0 ? `There are: ${ids.join(", ")}.` : "Nothing is broken on purpose.",
    );
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  #complain(id: string): (error: Error) => void {
    return ({ message }) => this.#context.events.record("error", id, `could not be healed: ${message}`);
  }

  #say(id: string, message: string): void {
    this.#context.events.record("warning", id, message);
  }
}

function planOf(target: FaultTarget, request: FaultRequest, tools: FaultTools): FaultPlan {
  switch (target.kind) {
    case "replica":
      return replicaFault(target, request, tools);
    case "service":
      return serviceFault(target.service, request, tools);
    case "store":
      return storeFault(target.store, request, tools);
    case "node":
      return nodeFault(target.node, request, tools);
    case "zone":
      return zoneFault(target.zone, request, tools);
    case "region":
      return regionFault(request, tools);
  }
}
