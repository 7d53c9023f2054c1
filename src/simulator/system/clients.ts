import type { Surroundings } from "./surroundings.ts";
import { type Link, type Place, SUPERVISOR } from "./network.ts";
import type { NodeData, StoreData } from "./store-data.ts";
import { must } from "./violation.ts";

const WRITE_PERIOD_MS = 150;
/** Longer than any time after which a lost standby is noticed when nothing keeps the supervisor from noticing. */
const MOST_HANGING_MS = 4000;

/**
 * A client in each zone, which writes numbered transactions through its zone's forwarder. The forwarders hear one after the
 * other where the writer is: for a moment two zones may write to two nodes, if there were two.
 */
export class Clients {
  readonly #around: Surroundings;
  readonly #data: StoreData;
  /** Where each zone's forwarder leads, and how it is told. */
  readonly #writers: (NodeData | null)[];
  readonly #links: readonly Link[];
  readonly #isDisturbed: () => boolean;
  #next = 1;
  #hangingSince: number | null = null;

  /** @param isDisturbed Whether something keeps the supervisor from seeing or acting. */
  constructor(around: Surroundings, data: StoreData, isDisturbed: () => boolean) {
    const { kernel, network, schedule } = around;
    this.#around = around;
    this.#data = data;
    this.#isDisturbed = isDisturbed;
    this.#writers = Array.from({ length: schedule.zones }, () => null);
    this.#links = this.#writers.map((_, zone) => network.link(SUPERVISOR, zone));
    kernel.every(WRITE_PERIOD_MS, () => {
      for (let zone = 0; zone < schedule.zones; zone += 1) this.#write(zone);
      this.#watchHanging();
    });
  }

  /** The writer endpoint follows, in each zone as soon as that zone hears of it. */
  pointWriter(node: NodeData): void {
    for (const [zone, link] of this.#links.entries()) link.send(() => (this.#writers[zone] = node));
  }

  /** Whether somebody in this zone can write now. */
  canWrite(zone: Place): boolean {
    const writer = this.#writers[zone];
    return writer?.process === "running" && writer.role === "primary" && this.#reaches(zone, writer);
  }

  /** What is not as it should be in the end: every zone's client has a write acknowledged. */
  complaint(): string | null {
    const zone = this.#writers.findIndex((_, zone) => !this.canWrite(zone) || !this.#write(zone));
    return zone === -1 ? null : `a client in zone ${zone} cannot write to ${this.#data.name}`;
  }

  #write(zone: number): boolean {
    const writer = this.#writers[zone];
    if (writer == null || !this.#reaches(zone, writer)) return false;
    this.#next += 1;
    return this.#data.write(writer, this.#next, (other) => this.#reaches(writer.zone, other));
  }

  #reaches(zone: Place, node: NodeData): boolean {
    return this.#around.network.reaches(zone, node.zone);
  }

  #watchHanging(): void {
    const { kernel } = this.#around;
    if (!this.#data.hangs || this.#isDisturbed()) {
      this.#hangingSince = null;
      return;
    }
    this.#hangingSince ??= kernel.now;
    const since = this.#hangingSince;
    must(
      kernel.now - since <= MOST_HANGING_MS,
      "writes hang",
      () => `Writes hang since ${since} ms, waiting for a standby.`,
    );
  }
}
