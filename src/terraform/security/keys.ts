import { type Context, account } from "../context.ts";
import { type Expression, type HclValue, jsonencode, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Resource } from "../stack.ts";

/** What a key encrypts; each purpose has a key of its own, unless the architecture has one for all or leaves them to AWS. */
export const KEY_PURPOSES = ["databases", "buckets", "secrets", "logs", "cluster", "backups"] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** Keys that are made when something first asks for one. */
export class Keys {
  readonly #context: Context;
  readonly #keys = new Map<string, Resource<"aws_kms_key">>();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * The ARN of the key for a purpose in a region, the architecture's own unless named; undefined where AWS's own key is used,
   * which needs no argument.
   */
  arn(purpose: KeyPurpose, region?: string): Expression<string> | undefined {
    const { keys } = this.#context.architecture.security;
    if (keys === "aws-managed") return undefined;
    return this.#key(keys === "single" ? "main" : purpose, region).ref("arn");
  }

  #key(purpose: string, where: string | undefined): Resource<"aws_kms_key"> {
    const { architecture, stack, name, provider } = this.#context;
    const meta = provider(where);
    const local = localName(purpose, ...(meta.provider === undefined ? [] : [meta.provider]));
    const made = this.#keys.get(local);
    if (made) return made;
    const add = stack.file("secrets");
    const key = add(
      "aws_kms_key",
      local,
      {
        description: `${name()}: ${purpose === "main" ? "everything" : purpose}`,
        enable_key_rotation: true,
        deletion_window_in_days: 30,
        policy: jsonencode(policyOf(purpose, where ?? architecture.region)),
      },
      meta,
    );
    add("aws_kms_alias", local, { name: `alias/${name(purpose)}`, target_key_id: key.ref("key_id") }, meta);
    this.#keys.set(local, key);
    return key;
  }
}

/**
 * The account may use its key as its IAM policies say; services of AWS that write on their own need a statement each.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function policyOf(purpose: string, region: string): HclValue {
  const owner = {
    Sid: "AccountByItsPolicies",
    Effect: "Allow",
    Principal: { AWS: text`arn:aws:iam::${account}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const services = SERVICES[purpose]?.(region) ?? [];
  return { Version: "2012-10-17", Statement: [owner, ...services] };
}

const USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
const logs = (region: string): HclValue[] => [
  {
    Sid: "CloudWatchLogs",
    Effect: "Allow",
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: USE,
    Resource: "*",
    Condition: {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": text`arn:aws:logs:${region}:${account}:*` },
    },
  },
  // Alarms publish to an encrypted topic. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  {
    Sid: "CloudWatchAlarms",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
  },
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
  {
    Sid: "CloudTrail",
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: ["kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  },
];

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html */
const buckets = (): HclValue[] => [
  {
    Sid: "CloudFront",
    Effect: "Allow",
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  },
];

const SERVICES: Readonly<Record<string, (region: string) => HclValue[]>> = {
  logs,
  buckets,
  main: (region) => [...logs(region), ...buckets()],
};
