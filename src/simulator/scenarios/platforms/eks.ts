import { backoffDelay } from "#control/backoff.ts";
import type { Nodes, PodSize } from "../nodes.ts";
import type { Platform, Process, ServiceControl } from "../process.ts";
import { VERSIONS } from "../process.ts";
import type { Web } from "../service-times.ts";
import type { World } from "../world.ts";
import { applicationStart, hasImages } from "./starting.ts";

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy */
const RESTARTS = { baseMs: 10_000, capMs: 300_000, resetAfterMs: 600_000 } as const;

/**
 * Pods on nodes. The kubelet restarts a container in place; a pod leaves a node that is lost only after the toleration;
 * and a pod for which no node has room waits for the cluster autoscaler.
 */
export class EksPlatform implements Platform {
  readonly #world: World;
  readonly #control: ServiceControl;
  readonly #nodes: Nodes;
  readonly #service: Web;
  #pending: Process[] = [];

  constructor(world: World, control: ServiceControl, nodes: Nodes, service: Web) {
    this.#world = world;
    this.#control = control;
    this.#nodes = nodes;
    this.#service = service;
  }

  start(process: Process): void {
    if (this.place(process)) return this.#startOn(process);
    this.#pending.push(process);
    this.#grow(process.zone);
  }

  place(process: Process): boolean {
    process.node = this.#nodes.place(process.zone, this.#size);
    return process.node !== null;
  }

  crashed(process: Process): void {
    this.#unlist(process);
    process.restarts += 1;
    const backoff = backoffDelay(process.restarts, RESTARTS);
    const restart = backoff + this.#world.delays.draw("container-restart");
    this.#world.lasts(
      restart,
      `the kubelet restarts the container of ${process.id}`,
      "container-restart",
      () => {
        if (process.state !== "down") return;
        this.#world.kernel.after(this.#world.draw(applicationStart(this.#world, process.service)), () => {
          if (process.state === "lost") return;
          if (process.version === VERSIONS.exits) this.crashed(process);
          else this.#becomesReady(process);
        });
      },
    );
  }

  /** The liveness probe ends it, with the whole grace, because a process that hangs does not heed SIGTERM. */
  hung(process: Process): void {
    const { liveness, readiness } = this.#service.probes;
    if (readiness) {
      const notReady =
        readiness.interval * (readiness.failures - this.#world.random.next()) + readiness.timeout;
      this.#world.kernel.after(notReady, () => this.#unlist(process));
    }
    if (!liveness) return;
    const dead = liveness.interval * (liveness.failures - this.#world.random.next()) + liveness.timeout;
    this.#world.lasts(
      dead,
      `the liveness probe of ${process.id} has failed ${liveness.failures} times`,
      null,
      () =>
        this.#world.lasts(
          this.#service.stopTimeout,
          `${process.id} does not heed SIGTERM and is killed`,
          null,
          () => {
            if (process.state !== "hung") return;
            process.state = "down";
            if (process.traffic !== null) {
              const { traffic } = process;
              this.#world.changeTraffic((requests) => requests.setCondition(traffic, "gone"));
            }
            this.crashed(process);
          },
        ),
    );
  }

  lost(process: Process): void {
    const { compute } = this.#world.architecture;
    const isOld = compute.kind === "eks" && Number(compute.version.split(".")[1]) < 32;
    const grace = isOld ? "node-monitor-grace-before-1.32" : "node-monitor-grace";
    this.#world.takes(grace, `the node of ${process.id} counts as unhealthy`, () => {
      this.#unlist(process);
      this.#world.takes("pod-eviction", `${process.id} stays bound to its node`, () => {
        // Nobody moves pods out of a zone sooner than that, and then the scheduler finds no node there.
        if (!this.#world.isZoneUp[process.zone]) this.#control.shutZone(process.zone);
        this.#control.exited(process, "evicted from a node that is gone");
      });
    });
  }

  judged(process: Process, health: "healthy" | "unhealthy"): void {
    // Kubernetes replaces no pod because a load balancer does not like it.
    if (health === "healthy") this.#control.report(process, health);
  }

  gone(process: Process): void {
    this.#pending = this.#pending.filter((other) => other !== process);
    if (process.node !== null) this.#nodes.free(process.node, this.#size);
    process.node = null;
    this.#startPending();
  }

  /** Somewhere there may be room now. */
  #startPending(): void {
    const waiting = this.#pending;
    this.#pending = [];
    for (const process of waiting) {
      if (this.place(process)) this.#startOn(process);
      else this.#pending.push(process);
    }
  }

  get #size(): PodSize {
    return this.#service.size;
  }

  #startOn(process: Process): void {
    this.#world.takes("pod-start", `pod ${process.id} starts on a node`, () => {
      if (process.state === "lost") return;
      if (!hasImages(this.#world, process.zone)) return this.#control.exited(process, "ImagePullBackOff");
      this.#world.kernel.after(this.#world.draw(applicationStart(this.#world, process.service)), () => {
        if (process.state === "lost") return;
        if (process.version === VERSIONS.exits) {
          process.state = "down";
          this.crashed(process);
        } else this.#becomesReady(process);
      });
    });
  }

  /** After the first success of its readiness probe. */
  #becomesReady(process: Process): void {
    const { readiness } = this.#service.probes;
    const wait = (readiness?.delay ?? 0) + (readiness?.interval ?? 0) * this.#world.random.next();
    this.#world.kernel.after(wait, () => {
      if (process.state === "starting" || process.state === "down") this.#control.listens(process);
    });
  }

  #unlist(process: Process): void {
    this.#world.takes("endpoint-update", `${process.id} is no endpoint any more`, () => {
      if (process.state !== "up") this.#control.unlist(process);
    });
  }

  #grow(zone: number): void {
    const world = this.#world;
    world.takes("cluster-autoscaler-scan", "the cluster autoscaler sees that a pod has no node", () => {
      if (!this.#nodes.hasRoomForOne || !world.isZoneUp[zone]) return;
      const node = this.#nodes.launch(zone);
      world.takes("eks-node-start", "a node is launched and becomes ready", () => {
        if (!world.isZoneUp[zone]) return;
        this.#nodes.join(node);
        this.#startPending();
        if (this.#pending.some((process) => process.zone === zone)) this.#grow(zone);
      });
    });
  }
}
