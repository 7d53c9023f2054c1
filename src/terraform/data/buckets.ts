import type { ResolvedStore } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { days } from "../durations.ts";
import { type HclValue, jsonencode, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Keys } from "../security/keys.ts";
import type { Add, MetaArguments, Resource } from "../stack.ts";

export type Bucket = Extract<ResolvedStore, { readonly kind: "bucket" }>;
type S3Bucket = Resource<"aws_s3_bucket">;

const STORAGE_CLASSES: Readonly<Record<Bucket["lifecycle"][number]["to"], string>> = {
  "standard-ia": "STANDARD_IA",
  "intelligent-tiering": "INTELLIGENT_TIERING",
  "glacier-instant": "GLACIER_IR",
  glacier: "GLACIER",
  "deep-archive": "DEEP_ARCHIVE",
};

/** Parts of an upload that never ended cost until they are removed. */
const ABANDONED_UPLOAD_DAYS = 7;

/** The S3 buckets, and what each lets be done to it: other parts add to that until the policies are written. */
export class Buckets {
  readonly #context: Context;
  readonly #buckets = new Map<string, S3Bucket>();
  readonly #statements = new Map<string, HclValue[]>();

  constructor(context: Context, keys: Keys) {
    this.#context = context;
    for (const [name, store] of this.#declared) this.#buckets.set(name, this.#add(name, store, keys));
  }

  /** @throws Error where there is no such bucket: the model's checks have seen to it that there is. */
  bucket(name: string): S3Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw new Error(`There is no bucket ${name}.`);
    return bucket;
  }

  get all(): ReadonlyMap<string, S3Bucket> {
    return this.#buckets;
  }

  /** Adds a statement to a bucket's policy. */
  allow(name: string, statement: HclValue): void {
    this.#statements.set(name, [...(this.#statements.get(name) ?? []), statement]);
  }

  /** The bucket's policy, for what may only be made when it is in force. Its statements are those of the end. */
  policy(name: string): { readonly address: string } {
    return { address: `aws_s3_bucket_policy.${localName(name)}` };
  }

  /** Writes the policies, when every part has said what it needs. */
  finish(): void {
    const { stack } = this.#context;
    for (const [name, store] of this.#declared) {
      const bucket = this.bucket(name);
      stack.file("data")(
        "aws_s3_bucket_policy",
        localName(name),
        {
          bucket: bucket.ref("id"),
          policy: jsonencode({
            Version: "2012-10-17",
            Statement: [tlsOnly(bucket), ...(this.#statements.get(name) ?? [])],
          }),
        },
        this.#meta(store),
      );
    }
  }

  get #declared(): (readonly [string, Bucket])[] {
    const declared = bucketsOf(this.#context.architecture);
    return [...declared, ...declared.flatMap(([name, bucket]) => ownCopy(name, bucket, declared))];
  }

  #meta({ region }: Bucket): MetaArguments {
    return this.#context.provider(region);
  }

  #add(store: string, declared: Bucket, keys: Keys): S3Bucket {
    const { architecture, stack, name, bucketName } = this.#context;
    const add = stack.file("data");
    const local = localName(store);
    const meta = this.#meta(declared);
    const isProduction = architecture.environment === "production";
    const bucket = add(
      "aws_s3_bucket",
      local,
      {
        bucket: bucketName(store),
        // What is in it survives a mistaken destroy, except where the environment is for trying out.
        force_destroy: !isProduction,
        tags: { Name: name(store), Classification: declared.classification },
      },
      meta,
    );
    const of = { bucket: bucket.ref("id") };
    blockPublicAccess(add, local, bucket, meta);
    const writesByAcl = this.#isWrittenByCloudFront(store);
    const ownership = add(
      "aws_s3_bucket_ownership_controls",
      local,
      { ...of, rule: { object_ownership: writesByAcl ? "BucketOwnerPreferred" : "BucketOwnerEnforced" } },
      {
        ...meta,
        ...(writesByAcl ? { comment: "CloudFront's standard logs are written by access control list." } : {}),
      },
    );
    if (writesByAcl)
      add(
        "aws_s3_bucket_acl",
        local,
        { ...of, acl: "log-delivery-write" },
        { ...meta, dependsOn: [ownership] },
      );
    this.#encrypt(local, bucket, declared, keys);
    const versioned = declared.versioned || declared.copyTo !== undefined;
    if (versioned)
      add(
        "aws_s3_bucket_versioning",
        local,
        { ...of, versioning_configuration: { status: "Enabled" } },
        meta,
      );
    add(
      "aws_s3_bucket_lifecycle_configuration",
      local,
      { ...of, rule: lifecycleOf(declared, versioned) },
      meta,
    );
    return bucket;
  }

  #encrypt(local: string, bucket: S3Bucket, declared: Bucket, keys: Keys): void {
    if (declared.encryption.atRest === "none") return;
    const key = declared.encryption.atRest === "kms" ? keys.arn("buckets", declared.region) : undefined;
    this.#context.stack.file("data")(
      "aws_s3_bucket_server_side_encryption_configuration",
      local,
      {
        bucket: bucket.ref("id"),
        rule: {
          apply_server_side_encryption_by_default: {
            sse_algorithm: declared.encryption.atRest === "kms" ? "aws:kms" : "AES256",
            kms_master_key_id: key,
          },
          bucket_key_enabled: declared.encryption.atRest === "kms" ? true : undefined,
        },
      },
      this.#meta(declared),
    );
  }

  #isWrittenByCloudFront(store: string): boolean {
    return this.#context.architecture.entry.cdn?.logs?.bucket === store;
  }
}

export function bucketsOf({ stores }: Context["architecture"]): (readonly [string, Bucket])[] {
  return Object.entries(stores).flatMap(([name, store]) =>
    store.kind === "bucket" ? [[name, store] as const] : [],
  );
}

/** The bucket that another one is copied to: the one of its purpose that is declared in that region, or one of its own. */
export function copyOf(
  name: string,
  bucket: Bucket,
  all: readonly (readonly [string, Bucket])[],
): string | null {
  const { copyTo, purpose } = bucket;
  if (!copyTo) return null;
  const declared = all.find(
    ([other, each]) => other !== name && each.purpose === purpose && each.region === copyTo.region,
  );
  return declared?.[0] ?? `${name}-copy`;
}

function ownCopy(
  name: string,
  bucket: Bucket,
  all: readonly (readonly [string, Bucket])[],
): [string, Bucket][] {
  const target = copyOf(name, bucket, all);
  if (target === null || bucket.copyTo === undefined || all.some(([other]) => other === target)) return [];
  const { copyTo, ...rest } = bucket;
  return [[target, { ...rest, region: copyTo.region, versioned: true, accessLogs: false }]];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
export function blockPublicAccess(add: Add, local: string, bucket: S3Bucket, meta: MetaArguments = {}): void {
  add(
    "aws_s3_bucket_public_access_block",
    local,
    {
      bucket: bucket.ref("id"),
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    },
    meta,
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html */
export function tlsOnly(bucket: S3Bucket): HclValue {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucket.ref("arn"), text`${bucket.ref("arn")}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

function lifecycleOf({ lifecycle, expireAfter }: Bucket, versioned: boolean) {
  const transitions = lifecycle.map(({ after, to }) => ({
    days: days(after),
    storage_class: STORAGE_CLASSES[to],
  }));
  return [
    {
      id: "abandoned-uploads",
      status: "Enabled",
      filter: {},
      abort_incomplete_multipart_upload: { days_after_initiation: ABANDONED_UPLOAD_DAYS },
    },
    ...(transitions.length > 0 || expireAfter !== undefined
      ? [
          {
            id: "age",
            status: "Enabled",
            filter: {},
            transition: transitions,
            ...(expireAfter === undefined ? {} : { expiration: { days: days(expireAfter) } }),
          },
        ]
      : []),
    ...(versioned
      ? [
          {
            id: "old-versions",
            status: "Enabled",
            filter: {},
            noncurrent_version_expiration: { noncurrent_days: 90 },
          },
        ]
      : []),
  ];
}
