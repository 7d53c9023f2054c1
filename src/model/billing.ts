import * as z from "zod";
import { Name } from "./names.ts";
import { Size } from "./quantities/size.ts";
import { Rate } from "./quantities/rate.ts";

/** Savings that a document counts on; each is priced against the bill. */
export const Saving = z.enum([
  "spot",
  "reserved-instances",
  "savings-plans",
  "vpc-endpoints-for-nat",
  "single-nat",
  "scheduled-scaling",
  "auto-scaling",
  "right-sizing",
  "storage-lifecycle",
  "cdn-caching",
]);

/** What a bill needs beyond the parts: tags, and the usage that is assumed where usage costs. */
export const Billing = z.strictObject({
  tags: z.record(Name, z.string().min(1)).default({}),
  savings: z.array(Saving).default([]),
  /** The term of reserved instances and savings plans. */
  commitment: z.enum(["1-year", "3-year"]).default("1-year"),
  /** Each month, unless it is a rate. */
  usage: z
    .strictObject({
      requests: Rate.optional(),
      transferOut: Size.optional(),
      natTraffic: Size.optional(),
      imageStorage: Size.optional(),
      logs: Size.optional(),
      cdnTransfer: Size.optional(),
      bucketStorage: Size.optional(),
      /** What a cluster of Aurora or DocumentDB stores, each; RDS is billed by what is declared. */
      databaseStorage: Size.optional(),
      /** Operations on the storage of Aurora and DocumentDB. */
      databaseOperations: Rate.optional(),
      /** Between services and stores of different zones. */
      crossZoneTransfer: Size.optional(),
      /** What VPC flow logs write. */
      flowLogs: Size.optional(),
      /** Average use of the processors of burstable instances and nodes, in per cent. */
      cpu: z.number().min(0).max(100).optional(),
      /** Hours that administrators are connected by VPN, of all of them together. */
      vpnHours: z.number().min(0).optional(),
    })
    .prefault({}),
});
