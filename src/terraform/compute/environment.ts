import type { ResolvedService } from "#model/architecture.ts";
import { workerVariables } from "#model/service-unit.ts";
import type { Context } from "../context.ts";
import type { Buckets } from "../data/buckets.ts";
import type { StoreAddress } from "../data/database.ts";
import { type Expression, text } from "../hcl/expression.ts";
import { isTls, urlOf } from "../secrets/secrets.ts";

/** What a replica's process gets: settings as they are, and secrets by where they lie. */
export interface ServiceEnvironment {
  readonly variables: Readonly<Record<string, string | Expression<string>>>;
  /** A key of a secret: `<ARN>:password::`, as ECS reads it. */
  readonly secrets: Readonly<Record<string, { readonly secret: Expression<string>; readonly key: string }>>;
}

/**
 * The contract of a service, on AWS: `PORT`, `<STORE>_URL` and `<STORE>_READER_URL` as on the twin, but the user and the
 * password come beside the URL as `<STORE>_USERNAME` and `<STORE>_PASSWORD`, for AWS keeps and changes them.
 */
export function environmentOf(
  { architecture }: Context,
  service: ResolvedService,
  stores: Readonly<Record<string, StoreAddress>>,
  buckets: Buckets,
): ServiceEnvironment {
  const variables: Record<string, string | Expression<string>> = {
    ...(service.kind === "web"
      ? { HOST: "0.0.0.0", PORT: String(service.port), ...workerVariables(service) }
      : {}),
    ...service.env,
  };
  const secrets: Record<string, { secret: Expression<string>; key: string }> = {};
  for (const used of service.uses) {
    const prefix = variableName(used);
    const declared = architecture.stores[used];
    const kind = declared?.kind;
    const store = stores[used];
    if (kind === "bucket") variables[`${prefix}_URL`] = text`s3://${buckets.bucket(used).ref("id")}`;
    if (!store || !kind) continue;
    variables[`${prefix}_URL`] = urlOf(kind, isTls(declared), store);
    variables[`${prefix}_READER_URL`] = urlOf(kind, isTls(declared), { ...store, host: store.reader });
    if (store.credentials === null) continue;
    secrets[`${prefix}_USERNAME`] = { secret: store.credentials, key: "username" };
    secrets[`${prefix}_PASSWORD`] = { secret: store.credentials, key: "password" };
  }
  return { variables, secrets };
}

/** The secrets that hold the users and passwords of a service's stores, each once. */
export function credentialsRead(
  { uses }: ResolvedService,
  stores: Readonly<Record<string, StoreAddress>>,
): Expression<string>[] {
  return uses.flatMap((used) => stores[used]?.credentials ?? []);
}

export function variableName(part: string): string {
  return part.replaceAll("-", "_").toUpperCase();
}
