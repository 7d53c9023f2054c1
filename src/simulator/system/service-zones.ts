import type { ReplicasEvent, ReplicasState } from "#control/replica-state.ts";
import type { Supervisor } from "./supervisor.ts";

/** Why no replicas may be placed in a zone: it is closed or lost, or its nodes are replaced. */
type Cause = "zone" | "drain";

/** Tells a service's controller which zones it may use. Faults overlap: a zone opens when nothing keeps it shut any more. */
export class ServiceZones {
  readonly #supervisor: Supervisor;
  readonly #feed: (event: ReplicasEvent) => void;
  /** How many faults and operators keep a zone shut, by cause and zone. */
  readonly #counts = new Map<string, number>();
  /** What the controller was told to be shut, by cause and zone. */
  readonly #told = new Set<string>();

  constructor(supervisor: Supervisor, feed: (event: ReplicasEvent) => void) {
    this.#supervisor = supervisor;
    this.#feed = feed;
  }

  shut(cause: Cause, zone: string): void {
    this.#count(cause, zone, 1);
  }

  open(cause: Cause, zone: string): void {
    this.#count(cause, zone, -1);
  }

  /** Whether the controller knows that it must not start anything there. */
  isKnownShut(zone: string): boolean {
    return this.#told.has(`zone ${zone}`) || this.#told.has(`drain ${zone}`);
  }

  /** After messages were lost: says again what is so now. */
  lookAround({ zones }: ReplicasState): void {
    for (const { name } of zones) {
      this.#tell("zone", name);
      this.#tell("drain", name);
    }
  }

  #count(cause: Cause, zone: string, by: number): void {
    const key = `${cause} ${zone}`;
    const before = this.#counts.get(key) ?? 0;
    this.#counts.set(key, before + by);
    if (before === 0 || before + by === 0) this.#supervisor.tell(() => this.#tell(cause, zone));
  }

  #tell(cause: Cause, zone: string): void {
    const key = `${cause} ${zone}`;
    const isShut = (this.#counts.get(key) ?? 0) > 0;
    if (isShut === this.#told.has(key)) return;
    if (isShut) this.#told.add(key);
    else this.#told.delete(key);
    if (cause === "zone") this.#feed({ kind: "zone", zone, available: !isShut });
    else this.#feed({ kind: "drain", zone, draining: isShut });
  }
}
