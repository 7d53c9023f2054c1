import { join } from "node:path";
import type { TimingProfile } from "#control/health.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { AddressBook } from "./addresses.ts";
import { Balancer } from "./balancer.ts";
import { Changes } from "./changes/changes.ts";
import { EventLog } from "./event-log.ts";
import { ZoneForwarder } from "./forwarders.ts";
import { type PartEnvironment, partEnvironment } from "./part-environment.ts";
import { Parts } from "./parts.ts";
import { Processes } from "./processes/processes.ts";
import { assertRunnable } from "./runnable.ts";
import { SecretFile } from "./secrets.ts";
import { runJob } from "./services/jobs.ts";
import { patienceFor, untilSettled } from "./settling.ts";
import { ProcessJournal } from "./state/journal.ts";
import type { StateDirectory } from "./state/state-directory.ts";
import type { ChangeStatus, StoreConnection, TwinPhase, TwinStatus } from "./status.ts";
import type { TwinContext } from "./twin-context.ts";
import { partsStatus } from "./twin-status.ts";

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

const PROCESS_STOP_MS = 5_000;

/** A resolved architecture running on this machine: composes stores, entry and services, and says what they are. */
export class Twin {
  readonly events: EventLog;
  readonly #name: string;
  readonly #context: TwinContext;
  readonly #balancer: Balancer;
  readonly #parts: Parts;
  readonly #changes: Changes;
  readonly #startedAt = new Date();
  readonly #stopping = new AbortController();
  #started = false;

  constructor(options: TwinOptions) {
    const { architecture, state } = options;
    this.#name = options.name;
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
      endpoints: (zone) => this.#parts.endpoints(zone),
    };
    this.#balancer = new Balancer(architecture, tools, {
      port: options.port,
      addresses: this.#context.addresses,
      certificate: state.certificate,
      state: {
        accessLog: join(state.logs, "access.log"),
        cookieSecret: this.#context.secrets.password("load-balancer.cookies"),
      },
      onDrained: (service, target) => this.#parts.service(service)?.drained(target),
    });
    this.#parts = new Parts(this.#context, this.#balancer);
    this.#parts.addStores(Object.keys(architecture.stores));
    this.#parts.addServices(Object.keys(architecture.services));
    this.#changes = new Changes(options.name, {
      context: this.#context,
      parts: this.#parts,
      balancer: this.#balancer,
      signal: this.#stopping.signal,
    });
  }

  /**
   * Starts everything and returns when every replica is healthy and every standby is in sync.
   * @throws PlumblineError for what a user can mend; what had started is still to be stopped.
   */
  async start(): Promise<void> {
    const parts = [this.#balancer, ...this.#context.forwarders, ...this.#parts.stores];
    await Promise.race([this.#startInOrder(), ...parts.map(({ hopeless }) => hopeless)]);
    this.#started = true;
  }

  async #startInOrder(): Promise<void> {
    const { signal } = this.#stopping;
    const { forwarders, architecture, processes } = this.#context;
    const { stores, services } = this.#parts;
    for (const forwarder of forwarders) forwarder.start();
    await Promise.all([this.#balancer.start(), ...stores.map((store) => store.start(signal))]);
    signal.throwIfAborted();
    for (const [name, service] of Object.entries(architecture.services))
      if (service.kind === "job") await runJob(name, service, this.#context, signal);
    for (const service of services) service.start();
    const patienceMs = patienceFor(Object.values(architecture.services));
    const logFile = (part: string) => processes.logFile(part);
    await untilSettled({ services, stores }, { patienceMs, signal, logFile });
  }

  /** Stops everything, clients first and stores last. Also ends a start or a change that is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort(
      new PlumblineError(
        "UP_INTERRUPTED",
        "The twin was stopped while it started.",
        "Run `plumbline up` again.",
      ),
    );
    await this.#changes.quiet;
    const { services, stores } = this.#parts;
    await Promise.all(services.map((service) => service.stop()));
    await this.#balancer.stop(PROCESS_STOP_MS);
    await Promise.all(stores.map((store) => store.stop()));
    await Promise.all(this.#context.forwarders.map((forwarder) => forwarder.stop(PROCESS_STOP_MS)));
  }

  /**
   * Begins to make this twin what another architecture says; `status` tells how it goes.
   * @throws PlumblineError why it cannot, before anything is done: TWIN_RUNNING while it starts, or as `Changes.begin`.
   */
  async apply(architecture: ResolvedArchitecture, programs: readonly string[]): Promise<ChangeStatus> {
    if (!this.#started || this.#stopping.signal.aborted) throw this.#notReady();
    return this.#changes.begin(architecture, programs);
  }

  /** Begins to replace a service's replicas. @returns how many; null where no such service has any. */
  restart(service: string): number | null {
    return this.#parts.service(service)?.roll() ?? null;
  }

  status(control: string): TwinStatus {
    return {
      schemaVersion: 1,
      name: this.#name,
      phase: this.#phase,
      control,
      supervisor: { pid: process.pid, memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20) },
      startedAt: this.#startedAt.toISOString(),
      uptimeSeconds: Math.round((Date.now() - this.#startedAt.getTime()) / 1000),
      ...partsStatus(this.#context, this.#parts, this.#balancer),
      change: this.#changes.last,
    };
  }

  environment(part: string): PartEnvironment | null {
    const { architecture, project, endpoints } = this.#context;
    const services = this.#parts.services.map((service) => service.status());
    return partEnvironment(architecture, services, part, { cwd: project, endpoints });
  }

  /** As the first zone reaches them. */
  connections(): readonly StoreConnection[] {
    return this.#parts.connections();
  }

  get #phase(): TwinPhase {
    if (this.#stopping.signal.aborted) return "stopping";
    if (!this.#started) return "starting";
    return this.#parts.unsettled.length === 0 ? "running" : "partly";
  }

  #notReady(): PlumblineError {
    const what = this.#started ? "is being stopped" : "is still starting";
    return new PlumblineError(
      "TWIN_RUNNING",
      `The twin ${this.#name} ${what}, supervised by process ${process.pid}.`,
      `Wait for it: \`plumbline wait ${this.#name}${this.#started ? " --for stopped" : ""}\`; then run the command again.`,
    );
  }
}
