import type { Dated } from "./facts.ts";

export type Strategy = "backup-and-restore" | "pilot-light" | "warm-standby" | "active-active";

/** The recovery time that a strategy is for, by AWS's own account; milliseconds. */
export const STRATEGIES: Dated<Readonly<Record<Strategy, { readonly from: number; readonly says: string }>>> =
  {
    value: {
      "backup-and-restore": { from: 3_600_000, says: "hours" },
      "pilot-light": { from: 600_000, says: "tens of minutes" },
      "warm-standby": { from: 60_000, says: "minutes" },
      "active-active": { from: 0, says: "real time" },
    },
    page: "https://docs.aws.amazon.com/whitepapers/latest/disaster-recovery-workloads-on-aws/disaster-recovery-options-in-the-cloud.html",
    asOf: "2025-05",
    says: "Backup and restore: hours. Pilot light: tens of minutes. Warm standby: minutes. Active/active: real time.",
  };

/** How often AWS Backup can be asked for a backup that it copies, at the most; milliseconds. */
export const SHORTEST_BACKUP_PLAN: Dated<number> = {
  value: 3_600_000,
  page: "https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html",
  asOf: "2025-05",
  says: "A backup rule runs once an hour at the most, and a copy is a snapshot: no moment between two of them can be restored.",
};
