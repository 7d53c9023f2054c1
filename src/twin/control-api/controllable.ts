import type { Deployments } from "../deployments/deployments.ts";
import type { Backups } from "../backups/backups.ts";
import type { EventLog } from "../event-log.ts";
import type { Faults } from "../faults/faults.ts";
import type { Rotations } from "../rotation/rotations.ts";
import type { PartEnvironment } from "../part-environment.ts";
import type { ChangeStatus, StoreConnection, TwinStatus } from "../status.ts";
import type { ApplyRequest } from "./requests.ts";

/** What the control API may do with a twin. */
export interface Controllable {
  status(): TwinStatus;
  /** Null where there is no such service, replica or job. */
  environment(part: string): PartEnvironment | null;
  connections(): readonly StoreConnection[];
  /** Begins to become what another architecture says. @throws PlumblineError why it cannot. */
  apply(request: ApplyRequest): Promise<ChangeStatus>;
  /** Begins to replace a service's replicas, and says how many; null where no such service has any. */
  restart(service: string): number | null;
  readonly backups: Backups;
  /** Begins to stop; the API goes away when it is done. */
  stop(): void;
  readonly events: EventLog;
  /** What is broken on purpose. @throws PlumblineError TWIN_RUNNING while the twin starts or stops. */
  readonly faults: Faults;
  /** @throws PlumblineError TWIN_RUNNING while the twin starts or stops. */
  readonly deployments: Deployments;
  /** @throws PlumblineError TWIN_RUNNING while the twin starts or stops. */
  readonly rotations: Rotations;
}
