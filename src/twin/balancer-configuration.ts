import type { Configuration, Rule } from "#entry/configuration.ts";
import type { Issued } from "#entry/tls/issue.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";

type LoadBalancer = ResolvedArchitecture["entry"]["loadBalancer"];
type Listener = LoadBalancer["listeners"][number];
type Ports = ReadonlyMap<number, number>;
type Group = NonNullable<Configuration["groups"]>[number];

/** Where clients reach a load balancer's listeners: in place of its DNS name, whose answer is all nodes in turn. */
export const ENTRANCE = "127.0.0.1";

const UNPRIVILEGED = 8000;

/** What a load balancer needs of its twin's state. */
export interface BalancerState {
  /** The file that every request is written to, in ALB's format. */
  readonly accessLog: string;
  /** Seals the cookies of sticky sessions, so that they outlive the process. */
  readonly cookieSecret: string;
}

/** The load balancer's node in a zone. AWS gives it an address in a subnet of the zone. */
export interface BalancerNode {
  readonly zone: string;
  readonly host: string;
}

/** What a twin decides about its load balancer, beside what the architecture says. */
export interface BalancerSurroundings {
  /** Which port stands here for each declared one. */
  readonly ports: Ports;
  /** None where there is one loopback address only. */
  readonly nodes: readonly BalancerNode[];
  /** For the listeners that speak https; null where none does. */
  readonly certificate: Issued | null;
  readonly state: BalancerState;
}

/**
 * Which port each listener has here. Those below 1024 are root's and are raised by 8000: 80 becomes 8080, 443 becomes
 * 8443.
 * @param first the first listener's port, where the user has chosen it; the others get those behind it.
 * @param offset how many ports are passed over; all listeners move together, so that 8081 goes with 8444.
 */
export function listenerPorts(declared: readonly number[], first: number | null, offset: number): Ports {
  const ports = new Map<number, number>();
  const taken = new Set<number>();
  for (const [index, port] of declared.entries()) {
    let here = first === null ? (port < 1024 ? UNPRIVILEGED + port : port) + offset : first + index;
    while (taken.has(here)) here += 1;
    taken.add(here);
    ports.set(port, here);
  }
  return ports;
}

/** The listeners, rules and target groups of an architecture: those of the entrance first, then those of each node. */
export function balancerConfiguration(
  loadBalancer: LoadBalancer,
  surroundings: BalancerSurroundings,
): Configuration {
  const { nodes, state } = surroundings;
  const groups = [...new Set(loadBalancer.routes.flatMap(({ to }) => to ?? []))];
  const places: readonly Partial<BalancerNode>[] = [{}, ...nodes];
  return {
    listeners: places.flatMap((place) =>
      loadBalancer.listeners.map((listener) => listenerAt(place, listener, loadBalancer, surroundings)),
    ),
    groups: groups.map((name) => groupOf(name, loadBalancer)),
    ...(loadBalancer.accessLogs ? { accessLog: { file: state.accessLog } } : {}),
    cookieSecret: state.cookieSecret,
    timeouts: { clientIdle: loadBalancer.idleTimeout, targetIdle: loadBalancer.idleTimeout },
  };
}

function listenerAt(
  { zone, host = ENTRANCE }: Partial<BalancerNode>,
  listener: Listener,
  { listeners, routes }: LoadBalancer,
  { ports, certificate }: BalancerSurroundings,
): Configuration["listeners"][number] {
  const { port, protocol, action, minimumTls } = listener;
  const secure = listeners.find((each) => each.protocol === "https");
  return {
    name: zone === undefined ? `listener-${port}` : `listener-${port}-${zone}`,
    host,
    port: ports.get(port) as number,
    ...(zone === undefined ? {} : { zone }),
    ...(protocol === "https" && certificate
      ? { tls: { certificates: [certificate], minimumVersion: `TLSv${minimumTls}` as const } }
      : {}),
    ...(action === "redirect-to-https" && secure
      ? { rules: [], defaultAction: redirectTo(`https://#{host}:${secure.port}/#{path}`, 301, ports) }
      : { rules: routes.map((route) => ruleOf(route, ports)), defaultAction: NO_ROUTE }),
  };
}

const NO_ROUTE: Rule["action"] = {
  kind: "fixed-response",
  status: 404,
  contentType: "text/plain",
  body: "No route leads there.\n",
};

function groupOf(
  name: string,
  { stickiness, slowStart, deregistrationDelay, crossZone }: LoadBalancer,
): Group {
  const group = { name, deregistrationDelay, crossZone, ...(slowStart > 0 ? { slowStart } : {}) };
  if (!stickiness) return group;
  const { kind, duration, cookie = "" } = stickiness;
  return { ...group, stickiness: kind === "duration" ? { kind, duration } : { kind, duration, cookie } };
}

function ruleOf(route: LoadBalancer["routes"][number], ports: Ports): Rule {
  const conditions = { ...(route.host === undefined ? {} : { hosts: [route.host] }), paths: [route.path] };
  if (route.to !== undefined) return { ...conditions, action: { kind: "forward", group: route.to } };
  if (route.respond) return { ...conditions, action: { kind: "fixed-response", ...route.respond } };
  return {
    ...conditions,
    action: redirectTo(route.redirect?.to ?? "/", route.redirect?.status ?? 302, ports),
  };
}

const PLACE =
  /^(?:(?<protocol>https?):\/\/(?<host>[^/:?]+)(?::(?<port>[^/?]+))?)?(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/;

/**
 * `/new` leaves protocol, host and port as they are, `https://example.com/new` gives them; ALB's placeholders stay. Where
 * the host stays, the port is one of ours.
 */
function redirectTo(to: string, status: 301 | 302, ports: Ports): Rule["action"] {
  const { protocol, host, port, path = "/", query = "#{query}" } = PLACE.exec(to)?.groups ?? {};
  const same = { protocol: "#{protocol}", host: "#{host}", port: "#{port}" };
  if (protocol === undefined || host === undefined) return { kind: "redirect", status, ...same, path, query };
  const declared = port ?? (protocol === "https" ? "443" : "80");
  const own = host === same.host ? ports.get(Number(declared)) : undefined;
  return { kind: "redirect", status, protocol, host, port: String(own ?? declared), path, query };
}
