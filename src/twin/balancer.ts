import type { FromBalancer, ToBalancer } from "#entry/messages.ts";
import type { Metrics } from "#entry/metrics.ts";
import { NODE_OPTIONS } from "#entry/node-options.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { AddressBook } from "./addresses.ts";
import {
  type BalancerNode,
  type BalancerState,
  balancerConfiguration,
  ENTRANCE,
  listenerPorts,
} from "./balancer-configuration.ts";
import type { EventLog } from "./event-log.ts";
import { KeptProcess } from "./processes/kept-process.ts";
import type { Processes } from "./processes/processes.ts";
import { certificateNames } from "./tls/certificate.ts";
import { TwinCertificate } from "./tls/twin-certificate.ts";

type Target = Extract<ToBalancer, { kind: "targets" }>["targets"][number];
type Listeners = Extract<FromBalancer, { kind: "listening" }>["listeners"];

/** How many ports behind the wanted one are tried when it is taken. */
const PORTS_TRIED = 50;
const METRICS_WITHIN_MS = 1_000;

export interface BalancerOptions {
  /** The port of the first listener that the user asked for; null leaves the choice to us. */
  readonly port: number | null;
  readonly addresses: AddressBook;
  readonly state: BalancerState;
  /** The file that the certificate of https listeners is kept in. */
  readonly certificate: string;
  readonly onDrained: (service: string, target: string) => void;
}

/** The load balancer's process, seen from the supervisor: it is told its listeners and its targets. */
export class Balancer {
  readonly #process: KeptProcess<ToBalancer, FromBalancer>;
  #architecture: ResolvedArchitecture;
  readonly #options: BalancerOptions;
  readonly #certificate: TwinCertificate;
  readonly #targets = new Map<string, readonly Target[]>();
  /** What still has requests in flight of services that no route leads to any more. */
  readonly #leaving = new Map<string, Set<string>>();
  #nodes: readonly BalancerNode[] = [];
  /** Zones whose nodes are gone. */
  #withoutZones: readonly string[] = [];
  #offset = 0;
  #stopping = false;
  /** Where it listens, in the order of its configuration. */
  #listeners: Listeners = [];
  #configured = Promise.withResolvers<void>();
  /** Settles when another architecture is in force, or is refused. */
  #changing: PromiseWithResolvers<void> | null = null;
  /** Settles when it has told its metrics. */
  #asked: PromiseWithResolvers<Metrics | null> | null = null;

  constructor(
    architecture: ResolvedArchitecture,
    tools: { processes: Processes; events: EventLog },
    options: BalancerOptions,
  ) {
    this.#architecture = architecture;
    this.#options = options;
    this.#certificate = new TwinCertificate(options.certificate, tools.events, () => this.#configure());
    const listeners = {
      onStart: () => this.#configure(),
      onMessage: (message: FromBalancer) => this.#heard(message),
    };
    this.#process = new KeptProcess("load-balancer", "entry/main", tools, listeners, NODE_OPTIONS);
  }

  /**
   * Returns when every listener listens.
   * @throws PlumblineError PORT_TAKEN and its like, or AUTHORITY_UNUSABLE.
   */
  async start(): Promise<void> {
    this.#nodes = await this.#placeNodes();
    await this.#certify();
    if (this.#stopping) return;
    this.#process.start();
    await this.#configured.promise;
  }

  /**
   * Goes by another architecture from now on. Connections stay; what it throws has changed nothing.
   * @throws PlumblineError PORT_TAKEN and its like, or AUTHORITY_UNUSABLE.
   */
  async change(architecture: ResolvedArchitecture): Promise<void> {
    const before = this.#architecture;
    this.#architecture = architecture;
    this.#changing = Promise.withResolvers();
    this.#noteLeaving();
    try {
      await this.#certify();
      this.#configure();
      await this.#changing.promise;
    } catch (error) {
      this.#architecture = before;
      this.#noteLeaving();
      throw error;
    } finally {
      this.#changing = null;
    }
  }

  /** A service that no route leads to has no target group here. */
  leadsTo(service: string): boolean {
    return this.#architecture.entry.loadBalancer.routes.some(({ to }) => to === service);
  }

  /** Whether a replica may have requests in flight, and is told to have drained when it has none. */
  holds(service: string, target: string): boolean {
    return this.leadsTo(service) || this.#leaving.get(service)?.has(target) === true;
  }

  setTargets(service: string, targets: readonly Target[]): void {
    this.#targets.set(service, targets);
    if (this.#listeners.length > 0) this.#tell(service, targets);
  }

  /** Takes the nodes of these zones away, and brings those of all others back; requests in flight are finished. */
  async withoutNodes(zones: readonly string[]): Promise<void> {
    if (this.#nodes.length === 0 || zones.join() === this.#withoutZones.join()) return;
    this.#withoutZones = zones;
    this.#changing ??= Promise.withResolvers();
    const { promise } = this.#changing;
    this.#configure();
    await promise.finally(() => (this.#changing = null));
  }

  /** Ends it by force, and does not start it again before `resume`. */
  suspend(): Promise<void> {
    return this.#process.suspend();
  }

  resume(): void {
    this.#process.resume();
  }

  /** What it has counted so far; null where it does not answer at once. */
  metrics(): Promise<Metrics | null> {
    this.#asked ??= Promise.withResolvers();
    const { promise, resolve } = this.#asked;
    this.#process.send({ kind: "metrics" });
    const timer = setTimeout(() => resolve(null), METRICS_WITHIN_MS);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#asked = null;
    });
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    await this.#process.stop(deadlineMs);
    await this.#certificate.stop();
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  get hopeless(): Promise<never> {
    return this.#process.hopeless;
  }

  /** The URLs of the listeners, in the architecture's order; none before they listen. */
  get urls(): readonly string[] {
    return this.#urlsAt(ENTRANCE);
  }

  /** The first listener's URL that leads to the services rather than to another listener. */
  get endpoint(): string | null {
    const { listeners } = this.#architecture.entry.loadBalancer;
    const forwarding = listeners.findIndex(({ action }) => action === "forward");
    return this.urls[Math.max(0, forwarding)] ?? null;
  }

  /** The same listeners at the node in a zone; none where nodes have no addresses. */
  urlsIn(zone: string): readonly string[] {
    const node = this.#nodes.find((each) => each.zone === zone);
    return node ? this.#urlsAt(node.host) : [];
  }

  /** The certificate that clients of https listeners have to trust; null where there is none. */
  get authorityFile(): string | null {
    return this.urls.some((url) => url.startsWith("https:")) ? this.#certificate.authorityFile : null;
  }

  #urlsAt(host: string): string[] {
    const { listeners } = this.#architecture.entry.loadBalancer;
    return this.#listeners
      .filter((listening) => listening.host === host)
      .map(({ port }, index) => `${listeners[index]?.protocol}://${host}:${port}`);
  }

  /** AWS puts nodes where the scheme says: those that the internet reaches into the public subnets. */
  async #placeNodes(): Promise<BalancerNode[]> {
    const { entry, zoneNames } = this.#architecture;
    const { addresses } = this.#options;
    if (!addresses.perZone) return [];
    const tier = entry.loadBalancer.scheme === "internal" ? "private" : "public";
    const acquired = zoneNames.map(async (zone, index) => {
      const { host } = await addresses.acquire(tier, index, 0);
      return { zone, host };
    });
    return Promise.all(acquired);
  }

  async #certify(): Promise<void> {
    const { entry } = this.#architecture;
    if (!entry.loadBalancer.listeners.some(({ protocol }) => protocol === "https")) return;
    const hosts = [ENTRANCE, ...this.#nodes.map(({ host }) => host)];
    await this.#certificate.ensure(certificateNames(entry, hosts));
  }

  #noteLeaving(): void {
    this.#leaving.clear();
    for (const [service, targets] of this.#targets)
      if (!this.leadsTo(service)) this.#leaving.set(service, new Set(targets.map(({ id }) => id)));
  }

  #tell(group: string, targets: readonly Target[]): void {
    if (this.leadsTo(group)) this.#process.send({ kind: "targets", group, targets: [...targets] });
  }

  #configure(): void {
    const { port, state } = this.#options;
    const { loadBalancer } = this.#architecture.entry;
    const configuration = balancerConfiguration(loadBalancer, {
      ports: listenerPorts(
        loadBalancer.listeners.map((listener) => listener.port),
        port,
        this.#offset,
      ),
      nodes: this.#nodes.filter(({ zone }) => !this.#withoutZones.includes(zone)),
      certificate: this.#certificate.issued,
      state,
    });
    this.#process.send({ kind: "configure", configuration });
  }

  #heard(message: FromBalancer): void {
    switch (message.kind) {
      case "listening":
        this.#listeners = message.listeners;
        for (const [group, targets] of this.#targets) this.#tell(group, targets);
        this.#changing?.resolve();
        return this.#configured.resolve();
      case "drained":
        this.#leaving.get(message.group)?.delete(message.target);
        return this.#options.onDrained(message.group, message.target);
      case "failed":
        return this.#refused(message.code, message.message);
      case "metrics":
        return this.#asked?.resolve(message.metrics);
      case "configured":
        return;
    }
  }

  #refused(code: string, message: string): void {
    const movable = this.#options.port === null && this.#offset < PORTS_TRIED;
    // A change leaves the listeners where their clients know them.
    if (code === "PORT_TAKEN" && movable && !this.#changing) {
      this.#offset += 1;
      return this.#configure();
    }
    const remedy = "End what listens there, or choose another port with --port.";
    (this.#changing ?? this.#configured).reject(new PlumblineError(code, message, remedy));
  }
}
