import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import type { StoreAddress } from "../data/database.ts";
import { days } from "../durations.ts";
import { type Expression, type HclValue, jsonencode, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Keys } from "../security/keys.ts";
import type { Resource } from "../stack.ts";

type Secret = ResolvedArchitecture["secrets"][string];

/** The secrets that the architecture names; null for one that is kept in the cluster. */
export type Secrets = Readonly<Record<string, Resource<"aws_secretsmanager_secret">>>;

const RECOVERY_DAYS = 30;

/**
 * Secrets in Secrets Manager. What belongs to a store says where it is and which secret of AWS holds its user and password,
 * so that no password is in Terraform's state. Others are made empty, to be filled by people or by the delivery.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
 */
export function secretsOf(
  { architecture, stack, name }: Context,
  stores: Readonly<Record<string, StoreAddress>>,
  keys: Keys,
): Secrets {
  if (architecture.security.secretsIn === "kubernetes") return {};
  const add = stack.file("secrets");
  const secrets = Object.entries(architecture.secrets).map(([secret, declared]) => {
    const made = add("aws_secretsmanager_secret", localName(secret), {
      name: name(secret),
      description: declared.description ?? describe(declared),
      kms_key_id: keys.arn("secrets"),
      recovery_window_in_days: architecture.environment === "production" ? RECOVERY_DAYS : 0,
      tags: rotationTag(declared),
    });
    const store = declared.of === undefined ? undefined : stores[declared.of];
    if (store)
      add("aws_secretsmanager_secret_version", localName(secret), {
        secret_id: made.ref("id"),
        secret_string: jsonencode(contentOf(declared, store, architecture.stores[declared.of ?? ""])),
      });
    return [secret, made] as const;
  });
  return Object.fromEntries(secrets);
}

function describe({ of, holds }: Secret): string {
  return of === undefined ? `Holds: ${holds.join(", ")}` : `How ${of} is reached: ${holds.join(", ")}`;
}

function rotationTag({ rotation }: Secret): Record<string, string> {
  return rotation === undefined ? {} : { RotateEveryDays: String(days(rotation)) };
}

function contentOf({ holds }: Secret, store: StoreAddress, declared: ResolvedStore | undefined): HclValue {
  const all: Partial<Record<Secret["holds"][number], HclValue>> = {
    host: store.host,
    port: store.port,
    name: store.database,
    "connection-string": urlOf(declared?.kind ?? "", isTls(declared), store),
  };
  const asked = holds.flatMap((each) => (all[each] === undefined ? [] : [[each, all[each]] as const]));
  return { ...Object.fromEntries(asked), credentials: store.credentials };
}

/** A store's URL without its user, which services get beside it. */
export function urlOf(
  kind: string,
  isTls: boolean,
  address: Omit<StoreAddress, "credentials" | "reader">,
): Expression<string> {
  const { host, port, database, parameters } = address;
  const scheme =
    { postgresql: "postgresql", mysql: "mysql", documentdb: "mongodb", redis: isTls ? "rediss" : "redis" }[
      kind
    ] ?? kind;
  return database === null
    ? text`${scheme}://${host}:${port}`
    : text`${scheme}://${host}:${port}/${database}${parameters}`;
}

export function isTls(store: ResolvedStore | undefined): boolean {
  return store?.encryption.inTransit === "required";
}
