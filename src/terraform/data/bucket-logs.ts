import { account, type Context } from "../context.ts";
import { text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Buckets } from "./buckets.ts";

/** Access logs of buckets go to the architecture's log bucket, under each bucket's name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
export function bucketLogsOf({ architecture, stack }: Context, buckets: Buckets): void {
  const target = Object.entries(architecture.stores).find(
    ([, store]) => store.kind === "bucket" && store.purpose === "logs" && store.region === undefined,
  )?.[0];
  if (target === undefined) return;
  const logged = Object.entries(architecture.stores).filter(
    ([name, store]) =>
      store.kind === "bucket" && store.accessLogs && store.region === undefined && name !== target,
  );
  for (const [name] of logged)
    stack.file("data")(
      "aws_s3_bucket_logging",
      localName(name),
      {
        bucket: buckets.bucket(name).ref("id"),
        target_bucket: buckets.bucket(target).ref("id"),
        target_prefix: `buckets/${name}/`,
      },
      { dependsOn: [buckets.policy(target)] },
    );
  if (logged.length > 0)
    buckets.allow(target, {
      Sid: "BucketAccessLogs",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: text`${buckets.bucket(target).ref("arn")}/buckets/*`,
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    });
}
