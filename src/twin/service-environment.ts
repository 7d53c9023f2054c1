import type { ResolvedService } from "#model/architecture.ts";
import { workerVariables } from "#model/service-unit.ts";
import type { Address } from "./addresses.ts";

/** Where a service finds what it uses, as URLs. */
export interface Endpoints {
  /** Writer and reader URLs of each store. */
  readonly stores: Readonly<Record<string, { readonly writer: string; readonly reader: string }>>;
  readonly services: Readonly<Record<string, string>>;
  /** The JSON text of each secret, as Secrets Manager would hand it out. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** `order-events` is ORDER_EVENTS in a variable's name. */
export function variableName(part: string): string {
  return part.toUpperCase().replaceAll("-", "_");
}

/**
 * The variables that a replica or a job gets: HOST, PORT and ZONE; WORKERS, where there are several; `<STORE>_URL`,
 * `<STORE>_READER_URL` and `<SERVICE>_URL` of what it uses; its secrets; and what it declares itself, which wins.
 */
export function serviceVariables(
  service: Pick<ResolvedService, "uses" | "secrets" | "env"> & { readonly workers?: number },
  place: { readonly zone: string; readonly address?: Address },
  endpoints: Endpoints,
): Record<string, string> {
  const variables: Record<string, string> = { ZONE: place.zone };
  if (place.address) Object.assign(variables, { HOST: place.address.host, PORT: String(place.address.port) });
  Object.assign(variables, workerVariables(service));
  for (const used of service.uses) {
    const store = endpoints.stores[used];
    if (store) variables[`${variableName(used)}_URL`] = store.writer;
    if (store) variables[`${variableName(used)}_READER_URL`] = store.reader;
    const other = endpoints.services[used];
    if (other) variables[`${variableName(used)}_URL`] = other;
  }
  for (const secret of service.secrets) variables[variableName(secret)] = endpoints.secrets[secret] ?? "";
  return { ...variables, ...service.env };
}

/** The command with `${HOST}` and `${PORT}` replaced; other dollars stay as they are. */
export function expandCommand(
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): string[] {
  return command.map((word) =>
    word.replaceAll(/\$\{(HOST|PORT)\}/g, (whole, name: string) => variables[name] ?? whole),
  );
}
