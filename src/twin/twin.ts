import { join } from "node:path";
import type { TimingProfile } from "#control/health.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { AddressBook } from "./addresses.ts";
import { Backups } from "./backups/backups.ts";
import { Balancer } from "./balancer.ts";
import { Changes } from "./changes/changes.ts";
import { Deployments } from "./deployments/deployments.ts";
import { EventLog } from "./event-log.ts";
import { Faults } from "./faults/faults.ts";
import { Network } from "./faults/network.ts";
import { Places } from "./faults/places.ts";
import { ZoneForwarder } from "./forwarders.ts";
import { type PartEnvironment, partEnvironment } from "./part-environment.ts";
import { Parts } from "./parts.ts";
import { Processes } from "./processes/processes.ts";
import { assertRunnable } from "./runnable.ts";
import { Scaling } from "./scaling/scaling.ts";
import { SecretFile } from "./secrets.ts";
import { Rotations } from "./rotation/rotations.ts";
import { runJob } from "./services/jobs.ts";
import type { ServiceKeeper } from "./services/service-keeper.ts";
import { ServiceLinks } from "./services/service-links.ts";
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

/** For a store that is failing to say why, after a job has failed. */
const STORES_SAY_WHY_MS = 10_000;

/** A resolved architecture running on this machine: composes stores, entry and services, and says what they are. */
export class Twin {
  readonly events: EventLog;
  readonly #name: string;
  readonly #context: TwinContext;
  readonly #balancer: Balancer;
  readonly #parts: Parts;
  readonly #backups: Backups;
  readonly #changes: Changes;
  readonly #deployments: Deployments;
  readonly #rotations: Rotations;
  readonly #faults: Faults;
  readonly #scaling: Scaling;
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
    const network = new Network();
    const addresses = new AddressBook(architecture, options.number);
    const forwarders = architecture.zoneNames.map((zone) => new ZoneForwarder(zone, network, tools));
    this.#context = {
      architecture,
      project: options.project,
      profile: options.profile,
      state,
      processes,
      events: this.events,
      addresses,
      secrets: new SecretFile(state),
      forwarders,
      links: new ServiceLinks(architecture.zoneNames, addresses, forwarders),
      network,
      places: new Places(),
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
    this.#backups = new Backups({
      context: this.#context,
      stores: () => this.#parts.stores.flatMap(({ backups }) => backups ?? []),
      isCalm: () => this.#isCalm,
    });
    this.#faults = new Faults(this.#context, this.#parts, this.#balancer);
    this.#scaling = new Scaling(this.#context, this.#parts, this.#balancer);
    this.#changes = new Changes(options.name, {
      context: this.#context,
      parts: this.#parts,
      balancer: this.#balancer,
      signal: this.#stopping.signal,
      onApplied: () => this.#rotations.refresh(),
    });
    this.#deployments = new Deployments(this.#context, this.#parts, () => this.#changes.last);
    this.#rotations = new Rotations(this.#context, this.#parts, this.#deployments);
  }

  /**
   * Starts everything and returns when every replica is healthy and every standby is in sync.
   * @param restoreFrom the region from whose backups the stores, which have no data, are filled first
   * @throws PlumblineError for what a user can mend; what had started is still to be stopped.
   */
  async start(restoreFrom: string | null = null): Promise<void> {
    await this.#backups.clean();
    if (restoreFrom !== null) await this.#backups.restoreRegion(restoreFrom);
    const parts = [this.#balancer, ...this.#context.forwarders, ...this.#parts.stores];
    await Promise.race([this.#startInOrder(), ...parts.map(({ hopeless }) => hopeless)]);
    this.#started = true;
    this.#scaling.start();
    this.#backups.start();
    this.#rotations.refresh();
  }

  async #startInOrder(): Promise<void> {
    const { signal } = this.#stopping;
    const { forwarders, links, architecture } = this.#context;
    const { stores, services } = this.#parts;
    for (const forwarder of forwarders) forwarder.start();
    await Promise.all([this.#balancer.start(), ...stores.map((store) => store.start(signal))]);
    signal.throwIfAborted();
    await links.open(architecture);
    await this.#runJobs();
    for (const service of services) service.start();
    await this.#settle(services, patienceFor(Object.values(architecture.services)));
  }

  /** While standbys are made, which may fill the disk under the primary: the store then says so after the job has failed. */
  async #runJobs(): Promise<void> {
    const { services } = this.#context.architecture;
    try {
      for (const [name, service] of Object.entries(services))
        if (service.kind === "job") await runJob(name, service, this.#context, this.#stopping.signal);
    } catch (error) {
      if ((error as PlumblineError).code === "JOB_FAILED")
        await this.#settle([], STORES_SAY_WHY_MS).catch(() => {});
      throw error;
    }
  }

  #settle(services: readonly ServiceKeeper[], patienceMs: number): Promise<void> {
    const { stores } = this.#parts;
    const logFile = (part: string) => this.#context.processes.logFile(part);
    return untilSettled({ services, stores }, { patienceMs, signal: this.#stopping.signal, logFile });
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
    // First, because whatever is still under way may wait for what is broken.
    await this.#faults.end();
    await this.#changes.quiet;
    this.#scaling.end();
    await this.#backups.stop();
    await this.#rotations.end();
    const { services, stores } = this.#parts;
    await Promise.all(services.map((service) => service.stop()));
    await this.#balancer.stop(PROCESS_STOP_MS);
    await Promise.all(stores.map((store) => store.stop()));
    await Promise.all(this.#context.forwarders.map((forwarder) => forwarder.stop(PROCESS_STOP_MS)));
  }

  /**
   * Begins to make this twin what another architecture says; `status` tells how it goes.
   * @throws PlumblineError why it cannot, before anything is done: TWIN_RUNNING while it starts, DEPLOYMENT_UNDER_WAY, or as
   *   `Changes.begin`.
   */
  async apply(architecture: ResolvedArchitecture, programs: readonly string[]): Promise<ChangeStatus> {
    if (!this.#started || this.#stopping.signal.aborted) throw this.#notReady();
    this.#deployments.assertIdle();
    return this.#changes.begin(architecture, programs);
  }

  /** What is broken on purpose. @throws PlumblineError TWIN_RUNNING while the twin starts or stops. */
  get faults(): Faults {
    if (!this.#started || this.#stopping.signal.aborted) throw this.#notReady();
    return this.#faults;
  }

  /** @throws PlumblineError TWIN_RUNNING while the twin starts or stops. */
  get backups(): Backups {
    if (!this.#started || this.#stopping.signal.aborted) throw this.#notReady();
    return this.#backups;
  }

  /** @throws PlumblineError TWIN_RUNNING while the twin starts or stops. */
  get deployments(): Deployments {
    if (!this.#started || this.#stopping.signal.aborted) throw this.#notReady();
    return this.#deployments;
  }

  /** @throws PlumblineError TWIN_RUNNING while the twin starts or stops. */
  get rotations(): Rotations {
    if (!this.#started || this.#stopping.signal.aborted) throw this.#notReady();
    return this.#rotations;
  }

  /**
   * Begins to replace a service's replicas. @returns how many; null where no such service has any.
   * @throws PlumblineError DEPLOYMENT_UNDER_WAY
   */
  restart(service: string): number | null {
    this.#deployments.assertIdle(service);
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
      ...partsStatus(this.#context, this.#parts, this.#balancer, this.#scaling),
      change: this.#changes.last,
      faults: this.#faults.active,
      backups: this.#backups.summaries,
      rotations: this.#rotations.status,
    };
  }

  environment(part: string): PartEnvironment | null {
    const { architecture, project, endpoints } = this.#context;
    const services = this.#parts.services.map((service) => service.status());
    const running = { zoneNames: architecture.zoneNames, services: this.#deployments.services };
    return partEnvironment(running, services, part, { cwd: project, endpoints });
  }

  /** As the first zone reaches them. */
  connections(): readonly StoreConnection[] {
    return [...this.#parts.connections(), ...this.#backups.connections];
  }

  /** What is done in the background must not be in the way of anything. */
  get #isCalm(): boolean {
    const isChanging = this.#changes.last?.state === "under way";
    return this.#phase === "running" && !isChanging && this.#faults.active.length === 0;
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
