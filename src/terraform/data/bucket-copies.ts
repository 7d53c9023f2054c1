import type { Context } from "../context.ts";
import { text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import { policy, trust } from "../security/policies.ts";
import type { Keys } from "../security/keys.ts";
import type { Resource } from "../stack.ts";
import { type Bucket, type Buckets, bucketsOf, copyOf } from "./buckets.ts";

/** Copies of buckets in another region. https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html */
export function bucketCopiesOf(context: Context, buckets: Buckets, keys: Keys): void {
  const all = bucketsOf(context.architecture);
  for (const [name, bucket] of all) {
    const target = copyOf(name, bucket, all);
    if (target !== null) copy(context, buckets, keys, { name, target, bucket });
  }
}

function copy(
  context: Context,
  buckets: Buckets,
  keys: Keys,
  { name, target, bucket }: { readonly name: string; readonly target: string; readonly bucket: Bucket },
): void {
  const [from, to] = [buckets.bucket(name), buckets.bucket(target)];
  const isEncrypted = bucket.encryption.atRest === "kms";
  const key = isEncrypted ? keys.arn("buckets", bucket.copyTo?.region) : undefined;
  const role = roleOf(context, name, { from, to, keys: key ? [keys.arn("buckets"), key] : [] });
  context.stack.file("data")(
    "aws_s3_bucket_replication_configuration",
    localName(name),
    {
      bucket: from.ref("id"),
      role: role.ref("arn"),
      rule: {
        id: "everything",
        status: "Enabled",
        priority: 1,
        filter: {},
        delete_marker_replication: { status: "Enabled" },
        ...(key ? { source_selection_criteria: { sse_kms_encrypted_objects: { status: "Enabled" } } } : {}),
        destination: {
          bucket: to.ref("arn"),
          storage_class: "STANDARD_IA",
          ...(key ? { encryption_configuration: { replica_kms_key_id: key } } : {}),
        },
      },
    },
    {
      dependsOn: [name, target].map((each) => ({ address: `aws_s3_bucket_versioning.${localName(each)}` })),
    },
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function roleOf(
  { stack, name }: Context,
  bucket: string,
  {
    from,
    to,
    keys,
  }: {
    readonly from: Resource<"aws_s3_bucket">;
    readonly to: Resource<"aws_s3_bucket">;
    readonly keys: readonly ReturnType<Keys["arn"]>[];
  },
): Resource<"aws_iam_role"> {
  const add = stack.file("data");
  const local = localName(bucket, "copy");
  const role = add("aws_iam_role", local, {
    name: name(bucket, "copy"),
    assume_role_policy: trust("s3.amazonaws.com"),
  });
  add("aws_iam_role_policy", local, {
    name: "copy",
    role: role.ref("id"),
    policy: policy([
      {
        Effect: "Allow",
        Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
        Resource: from.ref("arn"),
      },
      {
        Effect: "Allow",
        Action: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        Resource: text`${from.ref("arn")}/*`,
      },
      {
        Effect: "Allow",
        Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        Resource: text`${to.ref("arn")}/*`,
      },
      ...(keys[0] && keys[1]
        ? [
            { Effect: "Allow", Action: "kms:Decrypt", Resource: keys[0] },
            { Effect: "Allow", Action: "kms:Encrypt", Resource: keys[1] },
          ]
        : []),
    ]),
  });
  return role;
}
