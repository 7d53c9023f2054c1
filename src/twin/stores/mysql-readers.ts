import { setTimeout as delay } from "node:timers/promises";
import { backoffDelay } from "#control/backoff.ts";
import { follow, type Upstream } from "#stores/mariadb/follow.ts";
import { type Look, Monitor } from "#stores/mariadb/monitor.ts";
import { reaches } from "#stores/mariadb/position.ts";
import type { StoreNodeStatus } from "../status.ts";
import { REPLICATION, STORE_PROBE } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import type { MysqlNode } from "./mysql-node.ts";
import { Patience } from "./patience.ts";
import type { StoreEndpoints } from "./store-endpoints.ts";

export interface ReaderTools {
  readonly nodes: readonly MysqlNode[];
  readonly context: TwinContext;
  readonly endpoints: StoreEndpoints;
  readonly upstreamOf: (node: string) => Upstream;
  /** The node that takes writes; null while there is none. */
  readonly primary: () => MysqlNode | null;
  /** Told when another set of them can be read. */
  readonly onChange: () => void;
}

/** Between two looks at whether one may run; nobody tells when a primary is there again. */
const LOOKS_EVERY_MS = 100;

/** Why a reader runs no longer, and whether only a copy will make it follow again. */
interface Ended {
  readonly reason: string;
  readonly copies: boolean;
}

/**
 * The read replicas of a store: each follows the primary, which does not wait for it, and never takes over. RDS leaves it
 * to the user to make one of them a primary.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html
 */
export class MysqlReaders {
  readonly #tools: ReaderTools;
  readonly #states = new Map<MysqlNode, string>();
  readonly #ending = new AbortController();
  #loops: Promise<void>[] = [];

  constructor(tools: ReaderTools) {
    this.#tools = tools;
    for (const node of tools.nodes) this.#states.set(node, "down");
  }

  start(): void {
    this.#loops = this.#tools.nodes.map((node) => this.#keep(node));
  }

  get nodes(): readonly MysqlNode[] {
    return this.#tools.nodes;
  }

  /** Those that have what the primary had, and go on fetching. */
  get following(): readonly MysqlNode[] {
    return this.nodes.filter((node) => this.#states.get(node) === "following");
  }

  get status(): StoreNodeStatus[] {
    return this.nodes.map((node) => ({
      id: node.id,
      zone: node.zone,
      role: "replica",
      state: this.#states.get(node) ?? "down",
      address: `${node.address.host}:${node.address.port}`,
      pid: node.pid,
    }));
  }

  async end(stopWithinMs: number): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#loops);
    await Promise.all(this.nodes.map((node) => node.stop(stopWithinMs)));
  }

  async #keep(node: MysqlNode): Promise<void> {
    const { signal } = this.#ending;
    let failures = 0;
    let copies = false;
    while (!signal.aborted) {
      const primary = await this.#chance(node);
      if (!primary) return;
      const began = performance.now();
      const ended: Ended = await this.#run(node, primary, copies).catch(({ message }: Error): Ended => ({
        reason: `could not be started: ${message}`,
        copies,
      }));
      if (signal.aborted) return;
      this.#say("warning", node, ended.reason);
      this.#become(node, "down");
      copies = ended.copies;
      failures = performance.now() - began >= REPLICATION.backoff.resetAfterMs ? 1 : failures + 1;
      await delay(backoffDelay(failures, REPLICATION.backoff), undefined, { signal }).catch(() => {});
    }
  }

  /** Waits until its place can be used and a primary takes writes; null at the end of the twin. */
  async #chance(node: MysqlNode): Promise<MysqlNode | null> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const primary = this.#tools.context.places.isOpen(node) ? this.#tools.primary() : null;
      if (primary) return primary;
      await delay(LOOKS_EVERY_MS, undefined, { signal }).catch(() => {});
    }
    return null;
  }

  /** Runs it for as long as it follows. No process of it is left when this returns, but at the end of the twin. */
  async #run(node: MysqlNode, primary: MysqlNode, copies: boolean): Promise<Ended> {
    const { context, upstreamOf } = this.#tools;
    if (copies) {
      this.#become(node, "rebuilding");
      await node.copyFrom(primary, REPLICATION.startTimeoutMs);
      this.#say("info", node, `is a copy of ${primary.id}`);
    } else await node.initialise();
    this.#become(node, "starting");
    const exit = Promise.withResolvers<Ended>();
    const exited = (reason: string) => exit.resolve({ reason, copies: false });
    await node.start("reader", exited, REPLICATION.startTimeoutMs);
    try {
      // Its zone may have gone while it started.
      if (context.places.zone(node.zone) === "gone") return { reason: "its zone is gone", copies: false };
      const found = await follow(
        node.access,
        primary.access,
        upstreamOf(node.id),
        REPLICATION.confirmTimeoutMs,
      );
      if (!found.follows)
        return {
          reason: `it holds what ${primary.id} never received (${found.errant.join()})`,
          copies: true,
        };
      this.#say("info", node, `runs in ${node.zone} at ${node.address.host}:${node.address.port}`);
      this.#become(node, "catching up");
      return await Promise.race([exit.promise, this.#watch(node, found.position)]);
    } finally {
      // One that follows at the end of the twin is stopped in order.
      if (!this.#ending.signal.aborted) await node.kill();
    }
  }

  /** Looks at it until it hangs, or can never follow again, or the twin ends. @param target what it has to have first */
  async #watch(node: MysqlNode, target: string): Promise<Ended> {
    const { signal } = this.#ending;
    const patience = new Patience(STORE_PROBE.timeoutMs);
    let monitor: Monitor | null = null;
    let failed = 0;
    try {
      while (!signal.aborted) {
        const next = delay(STORE_PROBE.intervalMs, undefined, { signal }).catch(() => {});
        const at = this.#tools.endpoints.observerOf(node);
        if (at) {
          monitor ??= new Monitor({ ...node.access, ...at });
          const asked = performance.now();
          const look = await monitor.look(patience.ms);
          if (look.ok) patience.heard(performance.now() - asked);
          failed = look.ok ? 0 : failed + 1;
          if (failed >= REPLICATION.probeFailures) return { reason: "does not answer", copies: false };
          const lost = this.#judge(node, look, target);
          if (lost !== null) return { reason: `cannot follow any more: ${lost}`, copies: true };
        }
        await next;
      }
      return { reason: "the twin ends", copies: false };
    } finally {
      monitor?.close();
    }
  }

  #judge(node: MysqlNode, look: Look, target: string): string | null {
    if (!look.ok || !look.following) return null;
    const { works, lost } = look.following;
    if (lost === null)
      this.#become(node, works && reaches(look.position, target) ? "following" : "catching up");
    return lost;
  }

  #become(node: MysqlNode, state: string): void {
    if (this.#states.get(node) === state) return;
    this.#states.set(node, state);
    if (!this.#ending.signal.aborted) this.#tools.onChange();
  }

  #say(level: "info" | "warning", { id }: MysqlNode, message: string): void {
    this.#tools.context.events.record(level, id, message);
  }
}
