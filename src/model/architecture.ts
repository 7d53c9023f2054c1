import type * as z from "zod";
import type { Overlay } from "./environments.ts";
import type { Named, PartKind } from "./names.ts";
import type { SubnetPlan } from "./network-plan.ts";
import type { ArchitectureInput, ArchitectureSchema } from "./schema.ts";

/** One system with all its environments, as people write it; its own names stand where parts refer to each other. */
export type Architecture<
  ServiceName extends string = string,
  StoreName extends string = string,
  SecretName extends string = string,
  EnvironmentName extends string = string,
  // NoInfer: names come from the keys of the records, never from a reference, which may be misspelt.
  Names extends Record<PartKind, string> = {
    service: NoInfer<ServiceName>;
    store: NoInfer<StoreName>;
    secret: NoInfer<SecretName>;
  },
> = Named<Omit<ArchitectureInput, "services" | "stores" | "secrets">, Names> & {
  readonly services: Readonly<Record<ServiceName, Named<ArchitectureInput["services"][string], Names>>>;
  readonly stores?: Readonly<
    Record<StoreName, Named<NonNullable<ArchitectureInput["stores"]>[string], Names>>
  >;
  readonly secrets?: Readonly<
    Record<SecretName, Named<NonNullable<ArchitectureInput["secrets"]>[string], Names>>
  >;
  /** What differs in each environment; an empty overlay is the architecture as it stands. */
  readonly environments: Readonly<Record<EnvironmentName, Overlay<ServiceName, StoreName>>>;
};

/** One environment of an architecture, complete and frozen: what twin, simulator and projections accept. */
export type ResolvedArchitecture = Omit<Parsed, "network"> & {
  readonly network: Omit<Parsed["network"], "subnets"> & { readonly subnets: SubnetPlan };
  readonly environment: string;
  /** The names of the zones in order: `us-east-1a`. */
  readonly zoneNames: readonly string[];
};

type Parsed = DeepReadonly<z.output<typeof ArchitectureSchema>>;

export type ResolvedService = ResolvedArchitecture["services"][string];
export type ResolvedStore = ResolvedArchitecture["stores"][string];
export type ResolvedObjective = ResolvedArchitecture["objectives"][number];

type DeepReadonly<T> = unknown extends T
  ? T
  : T extends string | number | boolean | undefined
    ? T
    : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/**
 * Describes an architecture. Checked by type here: a reference to a part that does not exist does not compile.
 * Checked by value in `resolve()` and by `plumbline check`.
 */
export function defineArchitecture<
  const ServiceName extends string,
  const EnvironmentName extends string,
  const StoreName extends string = never,
  const SecretName extends string = never,
>(
  architecture: Architecture<ServiceName, StoreName, SecretName, EnvironmentName>,
): Architecture<ServiceName, StoreName, SecretName, EnvironmentName> {
  return architecture;
}
