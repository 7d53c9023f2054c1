import type { Platform, Process, ServiceControl } from "../process.ts";
import { VERSIONS } from "../process.ts";
import type { World } from "../world.ts";
import { applicationStart } from "./starting.ts";

/** Processes on one machine: the twin's supervisor hears of an end at once, and goes by its health checks else. */
export class LocalPlatform implements Platform {
  readonly #world: World;
  readonly #control: ServiceControl;

  constructor(world: World, control: ServiceControl) {
    this.#world = world;
    this.#control = control;
  }

  place(): boolean {
    return true;
  }

  start(process: Process): void {
    this.#world.lasts(
      this.#world.draw(applicationStart(this.#world, process.service)),
      `${process.id} starts`,
      null,
      () => {
        if (process.version === VERSIONS.exits || !this.#world.isZoneUp[process.zone]) this.crashed(process);
        else this.#control.listens(process);
      },
    );
  }

  crashed(process: Process): void {
    this.#control.exited(process, "exit code 1");
  }

  hung(): void {}

  /** With its zone the supervisor is told. */
  lost(process: Process): void {
    this.#control.shutZone(process.zone);
    this.#control.exited(process, "its zone is gone");
  }

  judged(process: Process, health: "healthy" | "unhealthy"): void {
    this.#control.report(process, health);
  }

  gone(): void {}
}
