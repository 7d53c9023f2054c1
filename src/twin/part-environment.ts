import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Address } from "./addresses.ts";
import { type Endpoints, serviceVariables } from "./service-environment.ts";
import type { ServiceStatus } from "./status.ts";

/** What a process of a service is started with, for one that a user starts beside it. */
export interface PartEnvironment {
  readonly part: string;
  readonly zone: string;
  /** The folder that its command is run in. */
  readonly cwd: string;
  /** Passwords among them. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The environment of a replica, such as `api-1`; of a service, which is that of its first replica; or of a job. Null
 * where there is no such part.
 */
export function partEnvironment(
  architecture: Pick<ResolvedArchitecture, "services" | "zoneNames">,
  services: readonly ServiceStatus[],
  part: string,
  place: { readonly cwd: string; readonly endpoints: (zone: string) => Endpoints },
): PartEnvironment | null {
  const name =
    services.find(({ name, replicas }) => name === part || replicas.some(({ id }) => id === part))?.name ??
    part;
  const service = architecture.services[name];
  if (!service) return null;
  const replicas = services.find((each) => each.name === name)?.replicas ?? [];
  const replica = replicas.find(({ id }) => id === part) ?? replicas[0];
  const zone = replica?.zone ?? (architecture.zoneNames[0] as string);
  const address = replica && addressOf(replica.address);
  const variables = serviceVariables(
    service,
    { zone, ...(address ? { address } : {}) },
    place.endpoints(zone),
  );
  return { part, zone, cwd: place.cwd, variables };
}

/** A replica that has no process has no address either. */
function addressOf(text: string): Address | undefined {
  const colon = text.lastIndexOf(":");
  return colon === -1 ? undefined : { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
