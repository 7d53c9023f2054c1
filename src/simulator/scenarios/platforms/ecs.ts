import type { Platform, Process, ServiceControl } from "../process.ts";
import { VERSIONS } from "../process.ts";
import type { World } from "../world.ts";
import { applicationStart, hasImages } from "./starting.ts";

/**
 * Tasks on Fargate. The service scheduler replaces what ends, and what its target group calls unhealthy.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
 */
export class EcsPlatform implements Platform {
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
    this.#world.takes("ecs-task-start", `task ${process.id} starts`, () => {
      if (!this.#world.isZoneUp[process.zone]) return this.#control.exited(process, "its zone is gone");
      if (!hasImages(this.#world, process.zone))
        return this.#control.exited(process, "CannotPullContainerError");
      this.#world.kernel.after(this.#world.draw(applicationStart(this.#world, process.service)), () => {
        if (process.version === VERSIONS.exits) this.crashed(process);
        else this.#control.listens(process);
      });
    });
  }

  crashed(process: Process): void {
    this.#world.takes(
      "ecs-task-stop-noticed",
      `the service scheduler hears that ${process.id} has stopped`,
      () => this.#control.exited(process, "essential container in task exited"),
    );
  }

  hung(): void {}

  /** Fargate's own machine: nobody but the target group sees it. */
  lost(): void {}

  judged(process: Process, health: "healthy" | "unhealthy"): void {
    if (health === "unhealthy" && !this.#world.isZoneUp[process.zone]) this.#control.shutZone(process.zone);
    this.#control.report(process, health);
  }

  gone(): void {}
}
