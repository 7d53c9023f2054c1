import * as z from "zod";
import { Name } from "./names.ts";

/** What holds for the whole system, beside what each part declares. */
export const Security = z.strictObject({
  /** `per-purpose`: a KMS key each for databases, secrets, logs and buckets. */
  keys: z.enum(["per-purpose", "single", "aws-managed"]).default("per-purpose"),
  secretsIn: z.enum(["secrets-manager", "kubernetes"]).default("secrets-manager"),
  /** Sign-in of people with access to the account or the cluster. */
  administrators: z
    .strictObject({ mfa: z.boolean().default(true), rbac: z.boolean().default(false) })
    .prefault({}),
  /** What the application itself enforces. */
  application: z
    .array(
      z.enum(["jwt", "mfa", "rbac", "rate-limiting", "input-validation", "security-headers", "audit-log"]),
    )
    .default([]),
  detection: z.array(z.enum(["cloudtrail", "guardduty", "security-hub", "config"])).default(["cloudtrail"]),
  compliance: z.array(z.enum(["soc-2", "hipaa", "pci-dss", "gdpr"])).default([]),
  /** Findings of the policy check that are accepted, each with the reason. */
  exceptions: z
    .array(
      z.strictObject({
        /** The policy's name, as `plumbline check --policies` prints it. */
        policy: Name,
        /** The address of one resource, such as `aws_db_instance.database`; absent: all of them. */
        on: z.string().min(1).optional(),
        /** Why it is accepted, for whoever audits it. */
        reason: z.string().min(10, "a reason of at least ten characters is expected"),
      }),
    )
    .default([]),
  /** Every connection is authenticated and allowed by name, inside the VPC too. */
  zeroTrust: z.boolean().default(false),
});

/** The images' registry. https://docs.aws.amazon.com/AmazonECR/latest/userguide/what-is-ecr.html */
export const Registry = z.strictObject({
  scanOnPush: z.boolean().default(true),
  encryption: z.enum(["aes-256", "kms"]).default("aes-256"),
  keepTagged: z.int().min(1).default(10),
  tags: z.enum(["mutable", "immutable"]).default("immutable"),
});
