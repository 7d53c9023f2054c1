import type { ResolvedStore } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { days } from "../durations.ts";
import { type Expression, reference } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Keys } from "../security/keys.ts";
import { trust } from "../security/policies.ts";

type Database = Extract<ResolvedStore, { readonly kind: "postgresql" | "mysql" | "documentdb" }>;

const HOUR_MS = 3_600_000;

/**
 * Backups that go to a second region, by AWS Backup: RDS's own stay in the region that they are to protect from.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html
 */
export function backupsOf(context: Context, keys: Keys): void {
  const { architecture, stack, name, provider } = context;
  const add = stack.file("backup");
  const copied = Object.entries(architecture.stores).flatMap(([store, declared]) =>
    "backup" in declared && declared.backup.copyTo && declared.hosting === "managed"
      ? [[store, declared] as const]
      : [],
  );
  if (copied.length === 0) return;
  const vault = add("aws_backup_vault", "main", { name: name(), kms_key_arn: keys.arn("backups") });
  const regions = [...new Set(copied.flatMap(([, { backup }]) => backup.copyTo?.region ?? []))];
  const vaults = new Map(
    regions.map((region) => [
      region,
      add(
        "aws_backup_vault",
        localName(region),
        { name: name(), kms_key_arn: keys.arn("backups", region) },
        provider(region),
      ),
    ]),
  );
  const role = add("aws_iam_role", "backup", {
    name: name("backup"),
    assume_role_policy: trust("backup.amazonaws.com", { namesAccount: true }),
  });
  for (const [part, managed] of Object.entries({ back_up: "ForBackup", restore: "ForRestores" }))
    add("aws_iam_role_policy_attachment", localName("backup", part), {
      role: role.ref("name"),
      policy_arn: `arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicy${managed}`,
    });
  for (const [store, declared] of copied) {
    const { copyTo, every, retention } = declared.backup;
    const plan = add("aws_backup_plan", localName(store), {
      name: name(store),
      rule: {
        rule_name: "copied",
        target_vault_name: vault.ref("name"),
        schedule: scheduleOf(every),
        start_window: 60,
        completion_window: 360,
        lifecycle: { delete_after: days(retention) },
        copy_action: {
          destination_vault_arn: vaults.get(copyTo?.region ?? "")?.ref("arn") ?? "",
          lifecycle: { delete_after: days(copyTo?.retention ?? retention) },
        },
      },
    });
    add("aws_backup_selection", localName(store), {
      name: store,
      plan_id: plan.ref("id"),
      iam_role_arn: role.ref("arn"),
      resources: [arnOf(store, declared)],
    });
  }
}

function arnOf(store: string, declared: Database): Expression<string> {
  const local = localName(store);
  if (declared.kind === "documentdb") return reference(`aws_docdb_cluster.${local}.arn`);
  const isCluster = declared.kind === "postgresql" && declared.engine === "aurora";
  return reference(isCluster ? `aws_rds_cluster.${local}.arn` : `aws_db_instance.${local}.arn`);
}

/** AWS Backup's shortest schedule is hourly. https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html */
function scheduleOf(everyMs: number): string {
  const hours = Math.max(1, Math.round(everyMs / HOUR_MS));
  if (hours >= 24) return "cron(0 5 ? * * *)";
  return hours === 1 ? "cron(0 * ? * * *)" : `cron(0 0/${hours} ? * * *)`;
}
