import * as z from "zod";
import { Duration } from "./quantities/duration.ts";

/** What is promised for the day when everything in the region is gone. */
export const Recovery = z.strictObject({
  /** Recovery time objective: how long until the system serves again. */
  rto: Duration.optional(),
  /** Recovery point objective: how much of the last writes may be missing. */
  rpo: Duration.optional(),
  /** The second region and how ready it is. https://docs.aws.amazon.com/whitepapers/latest/disaster-recovery-workloads-on-aws/disaster-recovery-options-in-the-cloud.html */
  region: z
    .strictObject({
      name: z.string().min(1),
      strategy: z
        .enum(["backup-and-restore", "pilot-light", "warm-standby", "active-active"])
        .default("backup-and-restore"),
      switchOver: z.enum(["manual-dns", "health-checked-dns"]).default("manual-dns"),
    })
    .optional(),
  /** How often the recovery is practised. */
  drills: Duration.prefault("90d"),
});
