import type { ResolvedService } from "#model/architecture.ts";
import { account, type Context } from "../context.ts";
import type { Buckets } from "../data/buckets.ts";
import { type Expression, type HclValue, text } from "../hcl/expression.ts";
import type { Keys } from "../security/keys.ts";
import { credentialsRead } from "./environment.ts";
import type { ComputeTools } from "./tools.ts";

/** What a service's own role may do: use its buckets, and what the architecture grants by name. */
export function statementsOf(
  { architecture }: Context,
  service: ResolvedService,
  buckets: Buckets,
  keys: Keys,
): HclValue[] {
  const used = service.uses.filter((name) => architecture.stores[name]?.kind === "bucket");
  const own = used.flatMap((name): HclValue[] => [
    { Effect: "Allow", Action: "s3:ListBucket", Resource: buckets.bucket(name).ref("arn") },
    {
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: text`${buckets.bucket(name).ref("arn")}/*`,
    },
  ]);
  const key = used.length > 0 ? keys.arn("buckets") : undefined;
  const encrypted = key
    ? [{ Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: key }]
    : [];
  const granted = service.permissions.map(({ actions, on }) => ({
    Effect: "Allow",
    Action: actions,
    Resource: on.map((each) => resourceOf(each, buckets)),
  }));
  return [...own, ...encrypted, ...granted];
}

/** Pulls images from the registry of the account, from the repositories that are named. */
export function pullImages(repositories: HclValue): HclValue[] {
  return [
    // This action names no resource: it is asked for before any repository is.
    { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
      Resource: repositories,
    },
  ];
}

/** The secrets that a service reads itself: its stores' credentials, and those that it names. */
export function secretsRead(
  { stores, secrets }: Pick<ComputeTools, "stores" | "secrets">,
  service: ResolvedService,
): Expression<string>[] {
  return [
    ...credentialsRead(service, stores),
    ...service.secrets.flatMap((secret) => secrets[secret]?.ref("arn") ?? []),
  ];
}

export function readSecrets(secrets: readonly Expression<string>[], keys: Keys): HclValue[] {
  if (secrets.length === 0) return [];
  const key = keys.arn("secrets");
  return [
    { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secrets },
    ...(key ? [{ Effect: "Allow", Action: "kms:Decrypt", Resource: key }] : []),
  ];
}

/** A bucket of the architecture by its name, or an ARN, in which `{account}` stands for the account. */
function resourceOf(named: string, buckets: Buckets): HclValue {
  const bucket = buckets.all.get(named);
  if (bucket) return text`${bucket.ref("arn")}/*`;
  const [before = "", after] = named.split("{account}");
  return after === undefined ? named : text`${before}${account}${after}`;
}
