import { PlumblineError } from "#model/errors.ts";
import { AccessLog } from "./access-log/access-log.ts";
import {
  type Configuration,
  configurationSchema,
  type GroupAttributes,
  type ListenerConfiguration,
  type ResolvedConfiguration,
  targetSchema,
  type TargetDescription,
} from "./configuration.ts";
import { Deadlines } from "./deadlines.ts";
import { Listener, type ListenerAddress, type ListenerSurroundings } from "./listener.ts";
import { type Metrics, Totals } from "./metrics.ts";
import { Stickiness } from "./stickiness.ts";
import { TargetGroup } from "./target-group.ts";
import type { TargetSurroundings } from "./targets.ts";

/** A running load balancer: it is told its listeners, rules and targets, and decides nothing about them. */
export interface LoadBalancer {
  /** Where each listener listens, in the configuration's order. */
  addresses(): readonly ListenerAddress[];
  /**
   * Replaces listeners and rules without disturbing requests in flight. All or nothing.
   * @throws PlumblineError PORT_TAKEN, PORT_FORBIDDEN, ADDRESS_UNAVAILABLE or CONFIGURATION_INVALID.
   */
  configure(configuration: Configuration): Promise<void>;
  /**
   * Tells all targets of a group; one that is missing is deregistered, as if it were draining.
   * @throws PlumblineError GROUP_UNKNOWN or CONFIGURATION_INVALID.
   */
  setTargets(group: string, targets: readonly TargetDescription[]): void;
  metrics(): Metrics;
  /** @param deadline how long requests in flight may take, in milliseconds. */
  stop(deadline: number): Promise<void>;
}

export interface LoadBalancerEvents {
  /** A draining or missing target has no request in flight any more; told once for each draining. */
  onDrained?(group: string, target: string): void;
}

/** @throws PlumblineError as `configure` does. */
export async function startLoadBalancer(
  configuration: Configuration,
  events: LoadBalancerEvents = {},
): Promise<LoadBalancer> {
  const balancer = new RunningLoadBalancer(parsed(configuration), events);
  try {
    await balancer.configure(configuration);
  } catch (error) {
    await balancer.stop(0);
    throw error;
  }
  return balancer;
}

class RunningLoadBalancer implements LoadBalancer {
  #listeners: Listener[] = [];
  /** Listeners that were taken out of the configuration and have requests in flight. */
  readonly #leaving = new Set<Listener>();
  readonly #groups = new Map<string, TargetGroup>();
  readonly #totals = new Totals();
  readonly #deadlines: Deadlines;
  readonly #surroundings: ListenerSurroundings & TargetSurroundings;

  #cookieSecret: string | undefined;

  constructor({ timeouts, limits, cookieSecret }: ResolvedConfiguration, events: LoadBalancerEvents) {
    // Fine enough for the shortest time-out, and never busy.
    const shortest = Math.min(
      limits.patience,
      ...Object.values(timeouts).filter((time) => time !== undefined),
    );
    this.#cookieSecret = cookieSecret;
    this.#deadlines = new Deadlines(Math.min(500, Math.max(10, shortest / 5)));
    this.#surroundings = {
      deadlines: this.#deadlines,
      totals: this.#totals,
      timeouts,
      limits,
      accessLog: undefined,
      stickiness: new Stickiness(cookieSecret),
      connections: () => this.#connections(),
      group: (name) => this.#group(name),
      onDrained: (group, target) => events.onDrained?.(group, target),
    };
  }

  addresses(): readonly ListenerAddress[] {
    return this.#listeners.map(({ address }) => address);
  }

  async configure(configuration: Configuration): Promise<void> {
    const { listeners, timeouts, groups, limits, accessLog, cookieSecret } = parsed(configuration);
    const opened: Listener[] = [];
    const wanted: Listener[] = [];
    try {
      for (const asked of listeners) {
        const present = this.#listeners.find(({ address }) => address.name === asked.name);
        if (present?.isAt(asked)) wanted.push(present);
        else {
          const listener = new Listener(asked, this.#surroundings);
          await listener.open();
          opened.push(listener);
          wanted.push(listener);
        }
      }
    } catch (error) {
      await Promise.all(opened.map((listener) => listener.stop(0)));
      throw error;
    }
    const gone = this.#listeners.filter((listener) => !wanted.includes(listener));
    this.#listeners = wanted;
    this.#surroundings.timeouts = timeouts;
    this.#surroundings.limits = limits;
    this.#logTo(accessLog);
    if (cookieSecret !== this.#cookieSecret) this.#surroundings.stickiness = new Stickiness(cookieSecret);
    this.#cookieSecret = cookieSecret;
    this.#replaceGroups(listeners, groups);
    for (const [index, asked] of listeners.entries()) wanted[index]!.configure(asked);
    for (const listener of gone) this.#leave(listener, timeouts.targetIdle);
  }

  setTargets(group: string, targets: readonly TargetDescription[]): void {
    const known = this.#groups.get(group);
    if (known === undefined) {
      const remedy = "Name it in an action of a listener first.";
      throw new PlumblineError("GROUP_UNKNOWN", `No listener forwards to a target group ${group}.`, remedy);
    }
    const checked = targetSchema.array().safeParse(targets);
    if (!checked.success) throw invalid(`The targets of ${group} are not valid`, checked.error);
    known.setTargets(checked.data);
  }

  metrics(): Metrics {
    return {
      connections: this.#connections(),
      ...this.#totals,
      groups: [...this.#groups.values()].map((group) => group.metrics()),
    };
  }

  async stop(deadline: number): Promise<void> {
    await Promise.all([...this.#listeners, ...this.#leaving].map((listener) => listener.stop(deadline)));
    for (const group of this.#groups.values()) group.closeIdle();
    this.#deadlines.close();
    await this.#surroundings.accessLog?.close();
  }

  #connections(): number {
    const listeners = [...this.#listeners, ...this.#leaving];
    return listeners.reduce((sum, listener) => sum + listener.connections, 0);
  }

  #logTo(settings: ResolvedConfiguration["accessLog"]): void {
    const before = this.#surroundings.accessLog;
    if (settings !== undefined && before?.isAt(settings)) return;
    void before?.close();
    this.#surroundings.accessLog = settings && new AccessLog(settings, this.#totals);
  }

  #leave(listener: Listener, deadline: number): void {
    this.#leaving.add(listener);
    void listener.stop(deadline).then(() => this.#leaving.delete(listener));
  }

  #group(name: string): TargetGroup {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = new TargetGroup({ name, crossZone: true }, this.#surroundings);
      this.#groups.set(name, group);
    }
    return group;
  }

  #replaceGroups(
    listeners: ResolvedConfiguration["listeners"],
    attributes: readonly GroupAttributes[],
  ): void {
    const names = new Set(listeners.flatMap(groupsOf));
    for (const name of names) {
      this.#group(name).attributes = attributes.find((each) => each.name === name) ?? {
        name,
        crossZone: true,
      };
    }
    for (const [name, group] of this.#groups) {
      if (names.has(name)) continue;
      group.setTargets([]);
      this.#groups.delete(name);
    }
  }
}

/** The target groups that a listener forwards to. */
function groupsOf({ rules, defaultAction }: ListenerConfiguration): string[] {
  return [defaultAction, ...rules.map(({ action }) => action)].flatMap((action) => {
    if (action.kind === "forward") return [action.group];
    return action.kind === "weighted-forward" ? action.groups.map(({ group }) => group) : [];
  });
}

function parsed(configuration: Configuration): ResolvedConfiguration {
  const result = configurationSchema.safeParse(configuration);
  if (!result.success) throw invalid("The load balancer's configuration is not valid", result.error);
  return result.data;
}

function invalid(
  what: string,
  error: { issues: readonly { path: PropertyKey[]; message: string }[] },
): PlumblineError {
  const problems = error.issues
    .map(({ path, message }) => `${path.map(String).join(".")}: ${message}`)
    .join("; ");
  return new PlumblineError("CONFIGURATION_INVALID", `${what}: ${problems}.`, "Mend what is named.", {
    cause: error,
  });
}
