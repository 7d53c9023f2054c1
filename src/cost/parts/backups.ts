import type { ComponentId } from "../components.ts";
import type { Costs, Line } from "../line.ts";
import { DAY_MS, DAYS_A_MONTH, GIB } from "../month.ts";
import { type Database, componentOf, isAurora } from "./databases.ts";

/** How much of a database changes each day; what a backup adds to the one before. */
const DAILY_CHANGE = 0.02;

const CHANGE_SAYS = `A database is taken to be full, and ${DAILY_CHANGE * 100} % of it to change each day.`;

/** Backups of a database beyond what is free with it, and AWS Backup's copies in a second region. */
export function backupLines(costs: Costs, name: string, store: Database): Line[] {
  if (store.hosting === "pods") return [];
  const gib = sizeOf(costs, store);
  const days = store.backup.retention / DAY_MS;
  const sku = productOf(store);
  // RDS gives as much space as is provisioned; Aurora and DocumentDB one day's backup.
  const free = gib;
  const kept = (of: number) => gib * (1 + DAILY_CHANGE * of);
  const own = lineOf(
    {
      component: componentOf(store),
      name: `${name}: automated backups of ${round(days)} days`,
      sku,
      part: `stores.${name}.backup`,
    },
    kept(days) - free,
  );
  const { copyTo } = store.backup;
  if (!copyTo) return own;
  const copyDays = copyTo.retention / DAY_MS;
  const copies = { component: "backups", part: `stores.${name}.backup.copyTo` } as const;
  return [
    ...own,
    ...lineOf({ ...copies, name: `${name}: AWS Backup's own backups`, sku }, kept(days)),
    ...lineOf(
      { ...copies, name: `${name}: copies in ${copyTo.region}`, sku, region: copyTo.region },
      kept(copyDays),
    ),
    ...lineOf(
      { ...copies, name: `${name}: transfer to ${copyTo.region}`, sku: "transfer.region" },
      gib * DAILY_CHANGE * DAYS_A_MONTH,
    ),
  ];
}

function sizeOf({ usage }: Costs, store: Database): number {
  const declared = "storage" in store ? store.storage?.size : undefined;
  return store.kind === "documentdb" || isAurora(store) || declared === undefined
    ? usage.databaseStorage.value
    : declared / GIB;
}

function productOf(store: Database): string {
  if (store.kind === "documentdb") return "documentdb.backup";
  return isAurora(store) ? "aurora.backup" : "rds.backup";
}

function lineOf(
  line: { readonly component: ComponentId } & Pick<Line, "name" | "sku" | "part" | "region">,
  quantity: number,
): Line[] {
  return quantity <= 0 ? [] : [{ ...line, quantity, assumption: CHANGE_SAYS }];
}

function round(days: number): number {
  return Math.round(days * 10) / 10;
}
