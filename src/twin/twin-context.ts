import type { TimingProfile } from "#control/health.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { AddressBook } from "./addresses.ts";
import type { EventLog } from "./event-log.ts";
import type { Network } from "./faults/network.ts";
import type { Places } from "./faults/places.ts";
import type { ZoneForwarder } from "./forwarders.ts";
import type { Processes } from "./processes/processes.ts";
import type { SecretFile } from "./secrets.ts";
import type { Endpoints } from "./service-environment.ts";
import type { ServiceLinks } from "./services/service-links.ts";
import type { StateDirectory } from "./state/state-directory.ts";

/** What every part of a twin works with. */
export interface TwinContext {
  /** What the twin is; while it runs, another one may be put in its place. */
  architecture: ResolvedArchitecture;
  /** The folder that commands are run in. */
  readonly project: string;
  readonly profile: TimingProfile;
  readonly state: StateDirectory;
  readonly addresses: AddressBook;
  readonly processes: Processes;
  readonly secrets: SecretFile;
  readonly events: EventLog;
  readonly forwarders: readonly ZoneForwarder[];
  /** The ways from services to the services that they call. */
  readonly links: ServiceLinks;
  /** What faults do to the ways between parts, and to the places where parts run. */
  readonly network: Network;
  readonly places: Places;
  /** Where things are reached from a zone. */
  readonly endpoints: (zone: string) => Endpoints;
}
