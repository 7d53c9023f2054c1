import type { Platform, Process, ServiceControl } from "../process.ts";
import { VERSIONS } from "../process.ts";
import type { World } from "../world.ts";
import { applicationStart, hasImages } from "./starting.ts";

/**
 * Instances of an Auto Scaling group: systemd restarts a process in place, and the group replaces an instance that its
 * target group or its status checks call unhealthy.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
 */
export class Ec2Platform implements Platform {
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
    this.#world.takes("ec2-instance-boot", `instance ${process.id} boots`, () => {
      if (!this.#world.isZoneUp[process.zone]) return this.#control.exited(process, "its zone is gone");
      if (!hasImages(this.#world, process.zone)) return this.#control.exited(process, "no way to its image");
      this.#begin(process);
    });
  }

  crashed(process: Process): void {
    const { compute } = this.#world.architecture;
    const delay = compute.kind === "ec2-auto-scaling" ? compute.unit.restartDelay : 0;
    this.#world.lasts(delay, `systemd restarts the process of ${process.id}`, null, () => {
      if (process.state !== "down") return;
      process.restarts += 1;
      this.#begin(process);
    });
  }

  hung(): void {}

  lost(process: Process): void {
    this.#world.takes("ec2-status-check", `${process.id} fails its status checks`, () =>
      this.#replace(process, () => this.#control.exited(process, "failed its status checks")),
    );
  }

  judged(process: Process, health: "healthy" | "unhealthy"): void {
    if (health === "healthy") return this.#control.report(process, health);
    if (!this.#world.isZoneUp[process.zone]) this.#control.shutZone(process.zone);
    this.#replace(process, () => this.#control.report(process, health));
  }

  gone(): void {}

  #begin(process: Process): void {
    this.#world.kernel.after(this.#world.draw(applicationStart(this.#world, process.service)), () => {
      if (process.version === VERSIONS.exits) {
        process.state = "down";
        this.crashed(process);
      } else this.#control.listens(process);
    });
  }

  #replace(process: Process, tell: () => void): void {
    this.#world.takes("auto-scaling-replacement", `the Auto Scaling group replaces ${process.id}`, tell);
  }
}
