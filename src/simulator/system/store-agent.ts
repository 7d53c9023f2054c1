import type { Kernel } from "../kernel/kernel.ts";
import { type Link, type Network, SUPERVISOR } from "./network.ts";

/**
 * Carries out the commands to one node, one after the other, on the node's own machine. Commands and what is said of the node
 * keep their order, also through a partition.
 */
export class StoreAgent {
  readonly #kernel: Kernel;
  readonly #commands: Link;
  readonly #reports: Link;
  #busyUntil = 0;
  #underWay = 0;

  constructor(network: Network, kernel: Kernel, zone: number, outOfBand: boolean) {
    this.#kernel = kernel;
    this.#commands = network.link(SUPERVISOR, zone, outOfBand);
    this.#reports = network.link(zone, SUPERVISOR, outOfBand);
  }

  /** Whether a command is on its way or being carried out. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  command(durationMs: number, run: () => void): void {
    this.#underWay += 1;
    this.#commands.send(() => {
      this.#busyUntil = Math.max(this.#kernel.now, this.#busyUntil) + durationMs;
      this.#kernel.at(this.#busyUntil, () => {
        this.#underWay -= 1;
        run();
      });
    });
  }

  report(run: () => void): void {
    this.#reports.send(run);
  }
}
