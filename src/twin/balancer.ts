import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { Configuration, Rule } from "#entry/configuration.ts";
import type { FromBalancer, ToBalancer } from "#entry/messages.ts";
import type { EventLog } from "./event-log.ts";
import { KeptProcess } from "./processes/kept-process.ts";
import type { Processes } from "./processes/processes.ts";

type Target = Extract<ToBalancer, { kind: "targets" }>["targets"][number];
type Listener = Configuration["listeners"][number];

/** How many ports behind the wanted one are tried when it is taken. */
const PORTS_TRIED = 50;
/** Ports below 1024 are root's: 80 becomes 8080, and 443 becomes 8443. */
const UNPRIVILEGED = 8000;

/** The load balancer's process, seen from the supervisor: it is told its listeners and its targets. */
export class Balancer {
  readonly #process: KeptProcess<ToBalancer, FromBalancer>;
  readonly #architecture: ResolvedArchitecture;
  readonly #targets = new Map<string, readonly Target[]>();
  readonly #onDrained: (service: string, target: string) => void;
  /** The port of the first listener that the user asked for; null leaves the choice to us. */
  readonly #fixedPort: number | null;
  readonly #state: BalancerState;
  #offset = 0;
  #urls: string[] = [];
  #configured = Promise.withResolvers<void>();

  constructor(
    architecture: ResolvedArchitecture,
    tools: { processes: Processes; events: EventLog },
    options: {
      port: number | null;
      state: BalancerState;
      onDrained: (service: string, target: string) => void;
    },
  ) {
    this.#architecture = architecture;
    this.#fixedPort = options.port;
    this.#state = options.state;
    this.#onDrained = options.onDrained;
    this.#process = new KeptProcess("load-balancer", "entry/main", tools, {
      onStart: () => this.#configure(),
      onMessage: (message) => this.#heard(message),
    });
  }

  /** Returns when every listener listens. */
  async start(): Promise<void> {
    this.#process.start();
    await this.#configured.promise;
  }

  /** A service that no route leads to has no target group here. */
  leadsTo(service: string): boolean {
    return this.#architecture.entry.loadBalancer.routes.some(({ to }) => to === service);
  }

  setTargets(service: string, targets: readonly Target[]): void {
    if (!this.leadsTo(service)) return;
    this.#targets.set(service, targets);
    if (this.#urls.length > 0) this.#tell(service, targets);
  }

  stop(deadlineMs: number): Promise<void> {
    return this.#process.stop(deadlineMs);
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  get hopeless(): Promise<never> {
    return this.#process.hopeless;
  }

  /** The URLs of the listeners, in the architecture's order. */
  get urls(): readonly string[] {
    return this.#urls;
  }

  #tell(group: string, targets: readonly Target[]): void {
    this.#process.send({ kind: "targets", group, targets: [...targets] });
  }

  #configure(): void {
    const portFor = (port: number, index: number) =>
      this.#fixedPort === null ? unprivileged(port) + this.#offset : this.#fixedPort + index;
    const configuration = balancerConfiguration(this.#architecture, portFor, this.#state);
    this.#process.send({ kind: "configure", configuration });
  }

  #heard(message: FromBalancer): void {
    switch (message.kind) {
      case "listening":
        this.#urls = message.listeners.map(({ host, port }) => `http://${host}:${port}`);
        for (const [group, targets] of this.#targets) this.#tell(group, targets);
        return this.#configured.resolve();
      case "drained":
        return this.#onDrained(message.group, message.target);
      case "failed":
        if (message.code === "PORT_TAKEN" && this.#fixedPort === null && this.#offset < PORTS_TRIED) {
          this.#offset += 1;
          return this.#configure();
        }
        return this.#configured.reject(
          new PlumblineError(
            message.code,
            message.message,
            "End what listens there, or choose another port with --port.",
          ),
        );
      case "configured":
      case "metrics":
        return;
    }
  }
}

function unprivileged(port: number): number {
  return port < 1024 ? UNPRIVILEGED + port : port;
}

/** What a load balancer needs of its twin's state. */
export interface BalancerState {
  /** The file that every request is written to, in ALB's format. */
  readonly accessLog: string;
  /** Seals the cookies of sticky sessions, so that they outlive the process. */
  readonly cookieSecret: string;
}

/** The listeners, rules and target groups of an architecture, as far as a twin has them. */
export function balancerConfiguration(
  { entry: { loadBalancer } }: Pick<ResolvedArchitecture, "entry">,
  portFor: (port: number, index: number) => number,
  kept: BalancerState,
): Configuration {
  const rules = loadBalancer.routes.map(ruleOf);
  const groups = [...new Set(loadBalancer.routes.flatMap(({ to }) => to ?? []))].map((name) =>
    groupOf(name, loadBalancer),
  );
  const listeners = twinListeners(loadBalancer.listeners).map(({ port }, index): Listener => ({
    name: `listener-${port}`,
    host: "127.0.0.1",
    port: portFor(port, index),
    rules,
    defaultAction: {
      kind: "fixed-response",
      status: 404,
      contentType: "text/plain",
      body: "No route leads there.\n",
    },
  }));
  return {
    listeners,
    groups,
    ...(loadBalancer.accessLogs ? { accessLog: { file: kept.accessLog } } : {}),
    cookieSecret: kept.cookieSecret,
    timeouts: { clientIdle: loadBalancer.idleTimeout, targetIdle: loadBalancer.idleTimeout },
  };
}

/**
 * A twin has no certificate, so an https listener is left out, and one that would redirect to it forwards itself. Where
 * there is nothing but https, it is served without TLS.
 */
function twinListeners<L extends { readonly protocol: "http" | "https" }>(
  listeners: readonly L[],
): readonly L[] {
  const plain = listeners.filter(({ protocol }) => protocol === "http");
  return plain.length > 0 ? plain : listeners;
}

type LoadBalancer = ResolvedArchitecture["entry"]["loadBalancer"];
type Group = NonNullable<Configuration["groups"]>[number];

function groupOf(
  name: string,
  { stickiness, slowStart, deregistrationDelay, crossZone }: LoadBalancer,
): Group {
  const group = { name, deregistrationDelay, crossZone, ...(slowStart > 0 ? { slowStart } : {}) };
  if (!stickiness) return group;
  const { kind, duration, cookie = "" } = stickiness;
  return { ...group, stickiness: kind === "duration" ? { kind, duration } : { kind, duration, cookie } };
}

function ruleOf(route: ResolvedArchitecture["entry"]["loadBalancer"]["routes"][number]): Rule {
  const conditions = { ...(route.host === undefined ? {} : { hosts: [route.host] }), paths: [route.path] };
  if (route.to !== undefined) return { ...conditions, action: { kind: "forward", group: route.to } };
  if (route.respond) return { ...conditions, action: { kind: "fixed-response", ...route.respond } };
  return { ...conditions, action: redirectTo(route.redirect?.to ?? "/", route.redirect?.status ?? 302) };
}

const PLACE =
  /^(?:(?<protocol>https?):\/\/(?<host>[^/:?]+)(?::(?<port>[^/?]+))?)?(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/;

/** `/new` leaves protocol, host and port as they are, `https://example.com/new` gives them; ALB's placeholders stay. */
function redirectTo(to: string, status: 301 | 302): Rule["action"] {
  const { protocol, host, port, path = "/", query = "#{query}" } = PLACE.exec(to)?.groups ?? {};
  const same = { protocol: "#{protocol}", host: "#{host}", port: "#{port}" };
  if (protocol === undefined || host === undefined) return { kind: "redirect", status, ...same, path, query };
  const usual = protocol === "https" ? "443" : "80";
  return { kind: "redirect", status, protocol, host, port: port ?? usual, path, query };
}
