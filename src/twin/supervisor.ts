import { randomBytes } from "node:crypto";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { resolve } from "#model/resolve.ts";
import { loadArchitecture } from "./architecture-file.ts";
import type { Backups } from "./backups/backups.ts";
import { ChangesRefused } from "./changes/refused.ts";
import type { ApplyRequest } from "./control-api/requests.ts";
import type { Controllable } from "./control-api/controllable.ts";
import { type ControlApi, serveControlApi } from "./control-api/server.ts";
import type { Deployments } from "./deployments/deployments.ts";
import type { EventLog } from "./event-log.ts";
import type { Faults } from "./faults/faults.ts";
import type { Rotations } from "./rotation/rotations.ts";
import { endLeftovers } from "./state/clean-up.ts";
import { releaseLock, takeLock } from "./state/lock.ts";
import { identify, type ProcessIdentity } from "./state/process-identity.ts";
import { type StateDirectory, stateDirectory } from "./state/state-directory.ts";
import { removeRecord, writeRecord } from "./state/supervisor-record.ts";
import type { PartEnvironment } from "./part-environment.ts";
import type { ChangeStatus, StoreConnection, TwinStatus } from "./status.ts";
import type { UpRequest } from "./supervisor-messages.ts";
import { Twin } from "./twin.ts";
import { HAS_LOOPBACK_NETWORK, twinNumbers } from "./twin-number.ts";

const CONTROL_PORT = 7350;

/** Owns one twin and its state directory, from the lock to the last process. */
export class Supervisor implements Controllable {
  #request: UpRequest;
  readonly #state: StateDirectory;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #onStop: () => void;
  #twin: Twin | undefined;
  #api: ControlApi | undefined;
  /** Without the lock, the state directory is another supervisor's. */
  #hasLock = false;

  /** @param onStop called when the control API is asked to stop. */
  constructor(request: UpRequest, onStop: () => void) {
    this.#request = request;
    this.#state = stateDirectory(request.stateRoot);
    this.#onStop = onStop;
  }

  get events(): EventLog {
    return (this.#twin as Twin).events;
  }

  status(): TwinStatus {
    return (this.#twin as Twin).status(this.#api?.url ?? "");
  }

  environment(part: string): PartEnvironment | null {
    return (this.#twin as Twin).environment(part);
  }

  connections(): readonly StoreConnection[] {
    return (this.#twin as Twin).connections();
  }

  async apply({ architecture, programs, ...source }: ApplyRequest): Promise<ChangeStatus> {
    const { name, project } = this.#request;
    const after = resolve(architecture, source.environment);
    if (source.project !== project) {
      const folder = { path: "(folder of the commands)", before: project, after: source.project } as const;
      throw new ChangesRefused(name, [{ ...folder, effect: "restart" }]);
    }
    const begun = await (this.#twin as Twin).apply(after, programs);
    this.#request = { ...this.#request, architectureFile: source.architectureFile };
    this.#record(after, this.#api?.url ?? "");
    return begun;
  }

  get faults(): Faults {
    return (this.#twin as Twin).faults;
  }

  get backups(): Backups {
    return (this.#twin as Twin).backups;
  }

  get deployments(): Deployments {
    return (this.#twin as Twin).deployments;
  }

  get rotations(): Rotations {
    return (this.#twin as Twin).rotations;
  }

  restart(service: string): number | null {
    return (this.#twin as Twin).restart(service);
  }

  stop(): void {
    this.#onStop();
  }

  /**
   * Brings the twin up; returns when all of it is healthy.
   * @param watch is given the twin's events before the first of them.
   */
  async up(watch: (events: EventLog) => void): Promise<TwinStatus> {
    const { name, architectureFile, environment, project, profile, port } = this.#request;
    const holder = takeLock(this.#state);
    if (holder) throw alreadyRunning(name, holder);
    this.#hasLock = true;
    const left = await endLeftovers(this.#state);
    const architecture = resolve(await loadArchitecture(architectureFile), environment);

    const { number, api } = await this.#serve();
    this.#api = api;
    this.#twin = new Twin({ name, architecture, project, state: this.#state, profile, number, port });
    watch(this.#twin.events);
    this.#record(architecture, api.url);
    if (left.length > 0)
      this.events.record(
        "warning",
        "twin",
        `ended ${left.length} processes that a killed supervisor had left`,
      );
    await this.#twin.start(this.#request.restoreFrom);
    this.events.record("info", "twin", "everything runs");
    return this.status();
  }

  /** Stops everything that was started, however far that was, and gives the state directory back. */
  async down(): Promise<void> {
    await this.#twin?.stop();
    this.#twin?.events.record("info", "twin", "everything has stopped");
    await this.#api?.close();
    await this.#twin?.events.close();
    if (!this.#hasLock) return;
    removeRecord(this.#state);
    releaseLock(this.#state);
  }

  /** The control API's address settles the twin's number: no two twins can listen on the same one. */
  async #serve(): Promise<{ number: number | null; api: ControlApi }> {
    if (!HAS_LOOPBACK_NETWORK)
      return { number: null, api: await serveControlApi(this, this.#token, "127.0.0.1", 0) };
    for (const number of twinNumbers(this.#request.stateRoot)) {
      try {
        return { number, api: await serveControlApi(this, this.#token, `127.${number}.0.1`, CONTROL_PORT) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      }
    }
    throw new PlumblineError(
      "TWINS_TOO_MANY",
      "254 twins run on this machine.",
      "End one: `plumbline down`.",
    );
  }

  #record(architecture: ResolvedArchitecture, control: string): void {
    const { name, architectureFile, environment } = this.#request;
    writeRecord(this.#state, {
      schemaVersion: 1,
      name,
      architecture: architecture.name,
      architectureFile,
      environment,
      process: identify(process.pid) as ProcessIdentity,
      control,
      token: this.#token,
    });
  }
}

function alreadyRunning(name: string, { pid }: ProcessIdentity): PlumblineError {
  return new PlumblineError(
    "TWIN_RUNNING",
    `The twin ${name} is up already, supervised by process ${pid}.`,
    `See it with \`plumbline status ${name}\`, end it with \`plumbline down ${name}\`, or give a second one its own --name.`,
  );
}
