import * as z from "zod";

/** What can go wrong, or be made to go wrong on purpose. */
export const FAULTS = {
  "replica-crash": "a replica's process is gone",
  "replica-hang": "a replica keeps its connections and answers nothing",
  "node-failure": "a machine under the replicas is gone, with all that ran on it",
  "zone-failure": "an availability zone is gone: replicas, stores and NAT gateway in it",
  "region-failure": "the region is gone, and what only it held",
  "database-failure": "the primary of the database is gone",
  "cache-failure": "the primary of the cache is gone",
  "bad-deployment": "a new version never gets healthy",
  "traffic-spike": "arrivals rise to several times the usual rate",
  "dependency-slow": "a store or a service answers late",
  "credential-rotation": "a store's credentials change while it is in use",
  disaster: "everything in the region is gone; what is left is the backup",
} as const;

export type FaultName = keyof typeof FAULTS;

export const Fault = z.enum(Object.keys(FAULTS) as [FaultName, ...FaultName[]]);
