import type { TimingProfile } from "#control/health.ts";
import type { Failure } from "./failure.ts";
import type { TwinEvent, TwinStatus } from "./status.ts";

/** What a twin is started with. */
export interface UpRequest {
  readonly kind: "up";
  readonly name: string;
  readonly architectureFile: string;
  readonly environment: string;
  readonly project: string;
  readonly stateRoot: string;
  readonly profile: TimingProfile;
  readonly port: number | null;
  /** The region from whose backups the stores are filled before they start; they must have no data. */
  readonly restoreFrom?: string | null;
}

/** What the one who starts a supervisor tells it. */
export type ToSupervisor =
  | UpRequest
  /** Go on alone: from now on the end of this channel means nothing. */
  | { readonly kind: "detach" }
  | { readonly kind: "stop" };

/** What the supervisor tells the one who started it. */
export type FromSupervisor =
  | { readonly kind: "event"; readonly event: TwinEvent }
  | { readonly kind: "ready"; readonly status: TwinStatus }
  | { readonly kind: "stopped" }
  | ({ readonly kind: "failed" } & Failure);
