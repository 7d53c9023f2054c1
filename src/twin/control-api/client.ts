import type * as z from "zod";
import { PlumblineError } from "#model/errors.ts";
import type { Problem } from "#model/problems.ts";
import type { SupervisorRecord } from "../state/supervisor-record.ts";
import type { PartEnvironment } from "../part-environment.ts";
import type {
  BackupsStatus,
  RegionRestoreStatus,
  RestoreStatus,
  StoreBackupStatus,
} from "../backups/backup-status.ts";
import type { RestoreBody } from "../backups/requests.ts";
import type { DeploymentBody } from "../deployments/request.ts";
import type {
  ChangeStatus,
  DeploymentStatus,
  RotationStatus,
  StoreConnection,
  TwinEvent,
  TwinStatus,
} from "../status.ts";
import type { FaultStatus } from "../faults/fault-status.ts";
import type { FaultRequest } from "../faults/request.ts";
import type { ApplyRequest } from "./requests.ts";

/** A supervisor answers from memory; one that takes this long hangs. */
const ANSWER_WITHIN_MS = 5_000;
/** A change waits for the job of the one before it, which may take as long as its `timeout` says. */
const CHANGE_WITHIN_MS = 600_000;

/** Faults wait for each other, and for forwarders that are being started. */
const FAULT_WITHIN_MS = 30_000;
/** A region that was gone is set up anew, with its jobs. */
const HEALED_WITHIN_MS = 600_000;

/** A large database takes its time. */
const BACKUP_WITHIN_MS = 4 * 3_600_000;

/** Talks to a running twin's supervisor. */
export class ControlClient {
  readonly #record: SupervisorRecord;

  constructor(record: SupervisorRecord) {
    this.#record = record;
  }

  async status(): Promise<TwinStatus> {
    return (await (await this.#request("GET", "/v1/status")).json()) as TwinStatus;
  }

  /** What a service's, replica's or job's process is started with; null where there is no such part. */
  async environment(part: string): Promise<PartEnvironment | null> {
    const response = await this.#request("GET", `/v1/environments/${encodeURIComponent(part)}`, {
      allow: 404,
    });
    return response.ok ? ((await response.json()) as PartEnvironment) : null;
  }

  async connections(): Promise<readonly StoreConnection[]> {
    const { stores } = (await (await this.#request("GET", "/v1/stores")).json()) as {
      stores: readonly StoreConnection[];
    };
    return stores;
  }

  /** Begins a change; `status` tells how it goes. @throws PlumblineError why it was refused, before anything was done. */
  async apply(request: ApplyRequest): Promise<ChangeStatus> {
    return (await (
      await this.#request("PUT", "/v1/architecture", {
        body: request,
        signal: AbortSignal.timeout(CHANGE_WITHIN_MS),
      })
    ).json()) as ChangeStatus;
  }

  /** Begins a deployment; `status` tells how it goes. Null where the service runs just that already. */
  async deploy(service: string, body: z.input<typeof DeploymentBody>): Promise<DeploymentStatus | null> {
    const path = `/v1/services/${encodeURIComponent(service)}/deployments`;
    const answer = (await (await this.#request("POST", path, { body })).json()) as {
      deployment: DeploymentStatus | null;
    };
    return answer.deployment;
  }

  /** Begins to rotate a store's credentials; `status` tells how it goes. */
  async rotate(store: string): Promise<RotationStatus> {
    const path = `/v1/stores/${encodeURIComponent(store)}/rotations`;
    const answer = (await (await this.#request("POST", path)).json()) as { rotation: RotationStatus };
    return answer.rotation;
  }

  /** Begins to replace a service's replicas. @throws PlumblineError SERVICE_NOT_FOUND with the names that there are. */
  async restart(service: string): Promise<{ readonly service: string; readonly replicas: number }> {
    const path = `/v1/services/${encodeURIComponent(service)}/restart`;
    return (await (await this.#request("POST", path)).json()) as { service: string; replicas: number };
  }

  /** Breaks a part; returns when the fault is in force. @throws PlumblineError FAULT_PART_UNKNOWN and its like. */
  async inject(fault: z.input<typeof FaultRequest>): Promise<FaultStatus> {
    const signal = AbortSignal.timeout(FAULT_WITHIN_MS);
    return (await (await this.#request("POST", "/v1/faults", { body: fault, signal })).json()) as FaultStatus;
  }

  /**
   * Heals one fault, or all; returns when that is in force.
   * @returns what was healed, without what was over already. @throws PlumblineError FAULT_NOT_FOUND
   */
  async heal(id?: string): Promise<readonly FaultStatus[]> {
    const path = id === undefined ? "/v1/faults" : `/v1/faults/${encodeURIComponent(id)}`;
    const signal = AbortSignal.timeout(HEALED_WITHIN_MS);
    const { healed } = (await (await this.#request("DELETE", path, { signal })).json()) as {
      healed: readonly FaultStatus[];
    };
    return healed;
  }

  async backups(): Promise<BackupsStatus> {
    return (await (await this.#request("GET", "/v1/backups")).json()) as BackupsStatus;
  }

  /** Makes a backup of a store, or of all, and returns when that is done. */
  async backUp(store?: string): Promise<{ readonly stores: readonly StoreBackupStatus[] }> {
    const options = {
      body: store === undefined ? {} : { store },
      signal: AbortSignal.timeout(BACKUP_WITHIN_MS),
    };
    return (await (await this.#request("POST", "/v1/backups", options)).json()) as {
      stores: readonly StoreBackupStatus[];
    };
  }

  /** Keeps backups from being begun in the background, for so long from now on; 0 ends that. */
  async holdBackups(forMs: number): Promise<void> {
    await (await this.#request("POST", "/v1/backups/hold", { body: { forMs } })).body?.cancel();
  }

  /** Restores one store, or with no more than a region everything that is there, and returns when that is done. */
  async restore<Request extends RestoreBody>(
    body: Request,
  ): Promise<Request extends { store: string } ? RestoreStatus : RegionRestoreStatus> {
    const options = { body, signal: AbortSignal.timeout(BACKUP_WITHIN_MS) };
    return (await (await this.#request("POST", "/v1/restores", options)).json()) as never;
  }

  /** Stops a store that was restored beside another, and forgets its data. */
  async dropRestored(name: string): Promise<void> {
    const path = `/v1/restores/${encodeURIComponent(name)}`;
    await (
      await this.#request("DELETE", path, { signal: AbortSignal.timeout(FAULT_WITHIN_MS) })
    ).body?.cancel();
  }

  async stop(): Promise<void> {
    await (await this.#request("POST", "/v1/stop")).body?.cancel();
  }

  /** The twin's events, past ones first; ends when the supervisor does. */
  async *events(signal: AbortSignal = new AbortController().signal): AsyncGenerator<TwinEvent> {
    const response = await this.#request("GET", "/v1/events", { signal });
    let rest = "";
    const text = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(
      new TextDecoderStream(),
    );
    for await (const chunk of text) {
      const messages = (rest + chunk).split("\n\n");
      rest = messages.pop() ?? "";
      for (const message of messages) yield JSON.parse(message.slice("data: ".length)) as TwinEvent;
    }
  }

  async #request(
    method: string,
    path: string,
    {
      signal = AbortSignal.timeout(ANSWER_WITHIN_MS),
      allow,
      body,
    }: { readonly signal?: AbortSignal; readonly allow?: number; readonly body?: unknown } = {},
  ): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#record.token}` };
    let response: Response;
    try {
      response = await fetch(new URL(path, this.#record.control), {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new PlumblineError(
        "SUPERVISOR_SILENT",
        `The supervisor of ${this.#record.name} (process ${this.#record.process.pid}) does not answer at ${this.#record.control}.`,
        `Run \`plumbline down ${this.#record.name}\`; it ends what is left.`,
        { cause },
      );
    }
    if (response.ok || response.status === allow) return response;
    const refusal = (await response.json().catch(() => null)) as Refusal | null;
    // What the twin refuses it explains; what the API itself refuses means a client that is not ours.
    if (refusal?.remedy !== undefined) throw refused(refusal);
    throw new PlumblineError(
      "CONTROL_REFUSED",
      `The supervisor answered ${response.status} to ${method} ${path}.`,
      "Run the command again.",
    );
  }
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly problems?: readonly Problem[];
}

/** The same error as the twin's own, with its problems. */
function refused({ code: word, message, remedy = "", problems = [] }: Refusal): PlumblineError {
  return Object.assign(new PlumblineError(word, message, remedy), problems.length > 0 ? { problems } : {});
}
