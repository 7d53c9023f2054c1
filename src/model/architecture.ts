import * as z from "zod";
import { Billing } from "./billing.ts";
import { Claim, Note, Plan } from "./claims.ts";
import { Compute } from "./compute.ts";
import { Delivery } from "./delivery.ts";
import { Entry } from "./entry.ts";
import type { Overlay } from "./environments.ts";
import { Name, type Named, type PartKind } from "./names.ts";
import { Network } from "./network.ts";
import { Objective } from "./objectives.ts";
import { Observability } from "./observability.ts";
import { Recovery } from "./recovery.ts";
import { Secret } from "./secrets.ts";
import { Registry, Security } from "./security.ts";
import { Service } from "./services.ts";
import { Store } from "./stores/store.ts";

/**
 * One system, in every part that its document speaks of. Each schema is three things at once: the type of what
 * people write, the check at run time, and the defaults. What it returns has every default and plain numbers:
 * milliseconds, bytes, vCPUs, times a second.
 */
export const ArchitectureSchema = z.strictObject({
  name: Name,
  description: z.string().optional(),
  /** The file that the claims quote. */
  document: z.string().min(1).optional(),
  /** An AWS region: `us-east-1`. */
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region is expected, like "us-east-1"'),
  network: Network,
  entry: Entry,
  compute: Compute,
  services: z.record(Name, Service),
  stores: z.record(Name, Store).default({}),
  secrets: z.record(Name, Secret).default({}),
  registry: Registry.prefault({}),
  security: Security.prefault({}),
  observability: Observability,
  delivery: Delivery.prefault({}),
  recovery: Recovery.prefault({}),
  billing: Billing.prefault({}),
  objectives: z.array(Objective).default([]),
  /** Where the document gives a setting: the path of the setting, `services.api.port`, and the document's words. */
  sources: z.record(z.string().min(1), Claim).default({}),
  notes: z.array(Note).default([]),
  planned: z.array(Plan).default([]),
});

/** What people write, with references still open; environments are beside it. */
export type ArchitectureInput = z.input<typeof ArchitectureSchema>;

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
export type ResolvedArchitecture = DeepReadonly<z.output<typeof ArchitectureSchema>> & {
  readonly environment: string;
  /** The names of the zones in order: `us-east-1a`. */
  readonly zoneNames: readonly string[];
};

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
