import * as z from "zod";
import { TierName } from "../network.ts";
import { Duration } from "../quantities/duration.ts";
import { Size } from "../quantities/size.ts";

/** How sensitive the data is; labels resources and selects policies. */
const Classification = z.enum(["public", "internal", "confidential", "restricted"]);

/** Encryption is on unless the architecture says otherwise; a policy check names where it is off. */
export const Encryption = z.strictObject({
  atRest: z.enum(["kms", "aes-256", "none"]).default("kms"),
  /** `required`: clients without TLS are refused. */
  inTransit: z.enum(["required", "optional"]).default("required"),
});

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html */
export const Backup = z.strictObject({
  /** How long automated backups are kept; AWS takes up to 35 days. */
  retention: Duration,
  /** How often a full backup is taken. */
  every: Duration.prefault("1d"),
  /** Whether any moment within the retention can be restored. */
  pointInTime: z.boolean().default(true),
  /** How often the log of changes is brought to safety: the most that point-in-time recovery can lose. */
  logEvery: Duration.prefault("5m"),
  copyTo: z.strictObject({ region: z.string().min(1), retention: Duration }).optional(),
  finalSnapshot: z.boolean().default(true),
});

export const BlockStorage = z.strictObject({
  type: z.enum(["gp3", "gp2", "io2"]).default("gp3"),
  size: Size,
  /** Up to which size it grows by itself. */
  max: Size.optional(),
  iops: z.int().min(1000).optional(),
});

/** What every store has. */
export const storeBase = {
  description: z.string().optional(),
  /** Which subnets it is in. */
  subnets: TierName.exclude(["public"], "a store is in the private or in the database subnets").default(
    "database",
  ),
  /** Refused when true: a store is reached through services. */
  publicAccess: z.boolean().default(false),
  encryption: Encryption.prefault({}),
  classification: Classification.default("confidential"),
};

/** What databases on instances have in common. */
export const databaseBase = {
  ...storeBase,
  /** `managed` by AWS, or in `pods` of the cluster on a volume. */
  hosting: z.enum(["managed", "pods"]).default("managed"),
  /** A standby in a second zone that takes over by itself. */
  multiZone: z.boolean().default(false),
  readReplicas: z.int().min(0).max(15).default(0),
  backup: Backup,
  insights: z.boolean().default(false),
  deletionProtection: z.boolean().default(false),
  parameters: z.record(z.string().regex(/^[a-z][a-z0-9_.]*$/), z.string()).default({}),
  /** Connections that each replica of a service may hold open. */
  connectionsPerReplica: z.int().min(1).default(10),
  /** How often credentials change by themselves; absent: only by hand. */
  rotation: Duration.optional(),
};
