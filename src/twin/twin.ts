import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import type { TimingProfile } from "#control/health.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { formatDuration } from "#model/quantities/duration.ts";
import { AddressBook } from "./addresses.ts";
import { Balancer } from "./balancer.ts";
import { type Budget, fitToMachine } from "./budget.ts";
import { EventLog } from "./event-log.ts";
import { ZoneForwarder } from "./forwarders.ts";
import { logTail } from "./processes/log-tail.ts";
import { Processes } from "./processes/processes.ts";
import { secretText } from "./secret-text.ts";
import { assertRunnable } from "./runnable.ts";
import { SecretFile } from "./secrets.ts";
import type { Endpoints } from "./service-environment.ts";
import { runJob } from "./services/jobs.ts";
import { ServiceKeeper } from "./services/service-keeper.ts";
import { ProcessJournal } from "./state/journal.ts";
import type { StateDirectory } from "./state/state-directory.ts";
import { type PartEnvironment, partEnvironment } from "./part-environment.ts";
import type { StoreConnection, TwinPhase, TwinStatus } from "./status.ts";
import { keepStore } from "./stores/stores.ts";
import type { StoreKeeper } from "./stores/store-keeper.ts";
import { substitutesOf } from "./substitutes.ts";
import type { TwinContext } from "./twin-context.ts";

export interface TwinOptions {
  readonly name: string;
  readonly architecture: ResolvedArchitecture;
  readonly project: string;
  readonly state: StateDirectory;
  readonly profile: TimingProfile;
  /** The number of its loopback addresses, 1 to 254; null where only 127.0.0.1 is loopback. */
  readonly number: number | null;
  /** The load balancer's port, or null for the first free one. */
  readonly port: number | null;
}

/** Starts in a row that may fail before `up` gives up. */
const FAILED_STARTS = 3;
const PROCESS_STOP_MS = 5_000;

/** A resolved architecture running on this machine: composes stores, entry and services, and says what they are. */
export class Twin {
  readonly events: EventLog;
  readonly #options: TwinOptions;
  readonly #context: TwinContext;
  readonly #budget: Budget;
  readonly #balancer: Balancer;
  readonly #stores: readonly StoreKeeper[];
  readonly #services: readonly ServiceKeeper[];
  readonly #startedAt = new Date();
  readonly #stopping = new AbortController();
  #started = false;

  constructor(options: TwinOptions) {
    const { architecture, state } = options;
    this.#options = options;
    this.events = new EventLog(join(state.logs, "events.log"));
    const journal = new ProcessJournal(state, ({ message }) =>
      this.events.record("error", "journal", message),
    );
    const processes = new Processes(journal, state.logs);
    const tools = { processes, events: this.events };
    assertRunnable(architecture);
    this.#context = {
      architecture,
      project: options.project,
      profile: options.profile,
      state,
      processes,
      events: this.events,
      addresses: new AddressBook(architecture, options.number),
      secrets: new SecretFile(state),
      forwarders: architecture.zoneNames.map((zone) => new ZoneForwarder(zone, tools)),
      endpoints: (zone) => this.#endpoints(zone),
    };
    this.#budget = fitToMachine(architecture, { processors: availableParallelism(), memory: totalmem() });
    this.#balancer = new Balancer(architecture, tools, {
      port: options.port,
      state: {
        accessLog: join(state.logs, "access.log"),
        cookieSecret: this.#context.secrets.password("load-balancer.cookies"),
      },
      onDrained: (service, target) => this.#services.find(({ name }) => name === service)?.drained(target),
    });
    this.#stores = Object.entries(architecture.stores).map(([name, store]) =>
      keepStore(name, store, this.#context),
    );
    this.#services = Object.entries(architecture.services).flatMap(([name, service]) => {
      const desired = this.#budget.replicas[name];
      return service.kind === "job" || desired === undefined
        ? []
        : [new ServiceKeeper(name, service, desired, this.#context, this.#balancer)];
    });
  }

  /**
   * Starts everything and returns when every replica is healthy and every standby is in sync.
   * @throws PlumblineError for what a user can mend; what had started is still to be stopped.
   */
  async start(): Promise<void> {
    const parts = [this.#balancer, ...this.#context.forwarders, ...this.#stores];
    await Promise.race([this.#startInOrder(), ...parts.map(({ hopeless }) => hopeless)]);
    this.#started = true;
  }

  async #startInOrder(): Promise<void> {
    const { signal } = this.#stopping;
    for (const forwarder of this.#context.forwarders) forwarder.start();
    await Promise.all([this.#balancer.start(), ...this.#stores.map((store) => store.start(signal))]);
    signal.throwIfAborted();
    await this.#runJobs();
    for (const service of this.#services) service.start();
    await this.#untilSettled();
  }

  /** Stops everything, clients first and stores last. Also ends a start that is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort(
      new PlumblineError(
        "UP_INTERRUPTED",
        "The twin was stopped while it started.",
        "Run `plumbline up` again.",
      ),
    );
    await Promise.all(this.#services.map((service) => service.stop()));
    await this.#balancer.stop(PROCESS_STOP_MS);
    await Promise.all(this.#stores.map((store) => store.stop()));
    await Promise.all(this.#context.forwarders.map((forwarder) => forwarder.stop(PROCESS_STOP_MS)));
  }

  status(control: string): TwinStatus {
    const { name, architecture, profile, state } = this.#options;
    const services = this.#services.map((service) => service.status());
    const programs = Object.fromEntries(this.#stores.map((store) => [store.name, store.program]));
    return {
      schemaVersion: 1,
      name,
      architecture: architecture.name,
      environment: architecture.environment,
      profile,
      phase: this.#phase,
      endpoint: this.#balancer.urls[0] ?? null,
      control,
      stateDirectory: state.root,
      supervisor: { pid: process.pid, memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20) },
      startedAt: this.#startedAt.toISOString(),
      uptimeSeconds: Math.round((Date.now() - this.#startedAt.getTime()) / 1000),
      loadBalancer: {
        pid: this.#balancer.pid,
        listeners: this.#balancer.urls,
        state: this.#balancer.urls.length > 0 ? "running" : "starting",
      },
      zones: architecture.zoneNames.map((zone, index) => ({
        name: zone,
        subnets: Object.fromEntries(
          Object.entries(architecture.network.subnets).flatMap(([tier, subnets]) => {
            const cidr = Array.isArray(subnets) ? (subnets[index] as string | undefined) : undefined;
            return cidr === undefined ? [] : [[tier, cidr]];
          }),
        ),
        replicas: services.flatMap(({ replicas }) => replicas).filter((replica) => replica.zone === zone)
          .length,
        forwarder: forwarderStatus(this.#context.forwarders[index]),
      })),
      services,
      stores: this.#stores.flatMap((store) => store.status() ?? []),
      substitutes: [...substitutesOf(architecture, programs), ...this.#budget.substitutes],
    };
  }

  environment(part: string): PartEnvironment | null {
    const { architecture, project } = this.#options;
    const services = this.#services.map((service) => service.status());
    const place = { cwd: project, endpoints: this.#context.endpoints };
    return partEnvironment(architecture, services, part, place);
  }

  /** As the first zone reaches them. */
  connections(): readonly StoreConnection[] {
    const { zoneNames, stores } = this.#options.architecture;
    return this.#stores.flatMap((keeper) => {
      const store = stores[keeper.name];
      if (!store) return [];
      return [{ name: keeper.name, kind: store.kind, ...keeper.urls(zoneNames[0] as string) }];
    });
  }

  get #phase(): TwinPhase {
    if (this.#stopping.signal.aborted) return "stopping";
    if (!this.#started) return "starting";
    return this.#isSettled ? "running" : "partly";
  }

  get #isSettled(): boolean {
    return [...this.#services, ...this.#stores].every((part) => part.isSettled);
  }

  async #runJobs(): Promise<void> {
    const { services } = this.#options.architecture;
    for (const [name, service] of Object.entries(services)) {
      if (service.kind === "job") await runJob(name, service, this.#context, this.#stopping.signal);
    }
  }

  /** Waits for the desired state, as long as it is still to be expected. */
  async #untilSettled(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (this.#isSettled) return resolve();
      const failing = this.#services.find(({ trouble }) => trouble.failures >= FAILED_STARTS);
      if (failing) reject(this.#neverHealthy(failing, `failed ${FAILED_STARTS} times in a row`));
    };
    for (const part of [...this.#services, ...this.#stores]) part.onChange(check);
    const late = () => {
      const slow = this.#services.find(({ isSettled }) => !isSettled);
      reject(
        slow
          ? this.#neverHealthy(slow, `was not healthy within ${formatDuration(this.#patienceMs)}`)
          : new PlumblineError(
              "STANDBY_LATE",
              "A standby did not get in sync in time.",
              "See its log: `plumbline logs`.",
            ),
      );
    };
    const timer = setTimeout(late, this.#patienceMs);
    this.#stopping.signal.addEventListener("abort", () => reject(this.#stopping.signal.reason));
    check();
    await promise.finally(() => clearTimeout(timer));
  }

  get #patienceMs(): number {
    const services = Object.values(this.#options.architecture.services);
    return Math.max(
      60_000,
      ...services.map((service) => (service.kind === "job" ? 0 : service.startTimeout)),
    );
  }

  #neverHealthy({ name, trouble }: ServiceKeeper, what: string): PlumblineError {
    const { id, reason } = trouble;
    const log = this.#context.processes.logFile(id);
    return new PlumblineError(
      "SERVICE_UNHEALTHY",
      `The service ${name} ${what}: ${id} ${reason}. The end of its output:\n${logTail(log)}`,
      `Mend what it says, then run \`plumbline up\` again; all of it is in ${log}.`,
    );
  }

  #endpoints(zone: string): Endpoints {
    const { stores, secrets } = this.#options.architecture;
    const urls = Object.fromEntries(
      this.#stores.filter(({ name }) => stores[name]).map((store) => [store.name, store.urls(zone)]),
    );
    const texts = Object.entries(secrets).map(([name, secret]) => {
      const url = secret.of === undefined ? undefined : urls[secret.of]?.writer;
      return [name, secretText(secret.holds, url, () => this.#context.secrets.password(name))];
    });
    return { stores: urls, services: {}, secrets: Object.fromEntries(texts) };
  }
}

function forwarderStatus(forwarder: ZoneForwarder | undefined): { pid: number | null; state: string } {
  const pid = forwarder?.pid ?? null;
  return { pid, state: pid === null ? "down" : "running" };
}
