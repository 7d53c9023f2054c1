import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import * as facts from "#aws/databases.ts";
import { machineOf } from "#aws/instance-types/instance-types.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { type Database, databases, productOf } from "../parts.ts";
import { count, grouped, list, rounded } from "../words.ts";

type Product = "rds" | "aurora" | "documentdb";

/** What RDS, Aurora and DocumentDB do not offer, or not together. */
export const databaseSettings: Check = (architecture, day) =>
  databases(architecture).flatMap(([name, store]) =>
    store.hosting === "pods"
      ? []
      : [
          instanceClass(name, store),
          ...insights(architecture, name, store, day),
          readReplicas(name, store),
          ...transactions(name, store),
          ...storage(architecture, name, store),
        ],
  );

function kindOf(store: Database): Product {
  if (store.kind === "documentdb") return "documentdb";
  return store.kind === "postgresql" && store.engine === "aurora" ? "aurora" : "rds";
}

function instanceClass(name: string, store: Database): Finding {
  const part = `stores.${name}.instance`;
  const found: Found = {
    check: "instance-class",
    part,
    says: `${store.instance} is a class of ${productOf(store)}.`,
  };
  if (machineOf(store.instance) === null)
    return inconclusive(
      { ...found, says: `The class ${store.instance} is not known here: what it holds cannot be reckoned.` },
      "Look it up.",
    );
  const kind = kindOf(store);
  if (/^db\.[ac]\d/.test(store.instance))
    return fails(
      {
        ...found,
        says: `${productOf(store)} has no ${store.instance}: compute optimised machines are not among its classes.`,
      },
      "Take db.m6g.large.",
      {
        [part]: "db.m6g.large",
      },
    );
  if (kind === "rds" || !store.instance.startsWith("db.t")) return holds(found);
  const offered = facts.CLUSTER_BURSTABLE.value[kind];
  const references = referencesTo(facts.CLUSTER_BURSTABLE);
  if (offered.includes(store.instance)) return holds({ ...found, references });
  const [smallest = ""] = offered;
  return fails(
    {
      ...found,
      references,
      says: `${productOf(store)} has no ${store.instance}; of the burstable classes it has ${list(offered)}.`,
    },
    `Take ${smallest}.`,
    { [part]: smallest },
  );
}

function insights({ sources }: ResolvedArchitecture, name: string, store: Database, day: string): Finding[] {
  if (!store.insights) return [];
  const part = `stores.${name}.insights`;
  const without = facts.MYSQL_WITHOUT_INSIGHTS;
  const isMissing = store.kind === "mysql" && without.value.includes(store.instance);
  const offered: Found = {
    check: "insights",
    part,
    says: isMissing
      ? `RDS for MySQL has neither Performance Insights nor Database Insights on ${store.instance}.`
      : `${productOf(store)} has Database Insights on ${store.instance}.`,
    references: referencesTo(without),
  };
  const end = facts.PERFORMANCE_INSIGHTS_END;
  const isNamed = /performance insights/i.test(sources[part]?.text ?? "");
  const ended: Found = {
    check: "performance-insights",
    part,
    says: `Performance Insights ${day > end.value ? "ended" : "ends"} on ${end.value}: its dashboards went to CloudWatch Database Insights, which is what this setting switches on, in standard mode.`,
    references: referencesTo(end),
  };
  return [
    isMissing
      ? fails(offered, "Turn it off, or take db.t3.medium or larger.", { [part]: false })
      : holds(offered),
    isNamed && day > end.value
      ? fails(ended, "Name Database Insights in the document, and choose its mode and its retention.")
      : holds(ended),
  ];
}

function readReplicas(name: string, store: Database): Finding {
  const kind = kindOf(store);
  const most = facts.MOST_READ_REPLICAS.value[kind];
  const part = `stores.${name}.readReplicas`;
  const found: Found = {
    check: "read-replicas",
    part,
    figure: store.readReplicas,
    limit: most,
    unit: "count",
    says: `${count(store.readReplicas, "read replica")}; ${productOf(store)} takes ${most}.`,
    references: referencesTo(facts.MOST_READ_REPLICAS),
  };
  if (store.readReplicas > most) return fails(found, `Take ${most}.`, { [part]: most });
  if (kind === "rds" && store.readReplicas > 0 && store.backup.retention < 86_400_000)
    return fails(
      {
        ...found,
        says: `${found.says} RDS makes a replica only of an instance with automated backups, which are off.`,
      },
      `Keep backups for a day at the least, by stores.${name}.backup.retention.`,
      { [`stores.${name}.backup.retention`]: 86_400_000 },
    );
  return holds(found);
}

function transactions(name: string, store: Database): Finding[] {
  if (store.kind !== "documentdb" || !store.transactions) return [];
  const from = facts.DOCUMENTDB_TRANSACTIONS_FROM;
  const part = `stores.${name}.transactions`;
  const found: Found = {
    check: "transactions",
    part,
    says: `DocumentDB ${store.version} is to have transactions; they are there from ${from.value}.0 on.`,
    references: referencesTo(from),
  };
  return [
    Number(store.version.split(".")[0]) >= from.value
      ? holds(found)
      : fails(found, "Take DocumentDB 5.0.", { [`stores.${name}.version`]: "5.0" }),
  ];
}

/** A volume gives no more than the machine's own way to it. */
function storage({ sources }: ResolvedArchitecture, name: string, store: Database): Finding[] {
  if (!("storage" in store) || !store.storage) return [];
  const { type, size, iops } = store.storage;
  const at = `stores.${name}.storage`;
  if (kindOf(store) === "aurora")
    return [
      fails(
        {
          check: "storage",
          part: at,
          says: "Aurora's storage grows by itself; what is declared here has no effect.",
        },
        `Remove ${at}.`,
      ),
    ];
  if (type !== "gp3") return [];
  const { stripedFromGib, small, striped } = facts.RDS_GP3.value;
  const gib = size / 2 ** 30;
  const given = gib < stripedFromGib ? small : striped;
  const references = referencesTo(facts.RDS_GP3);
  if (iops !== undefined && gib < stripedFromGib)
    return [
      fails(
        {
          check: "storage",
          part: `${at}.iops`,
          figure: iops,
          limit: small.iops,
          unit: "per-second",
          says: `${grouped(iops)} operations a second are declared. A gp3 volume below ${stripedFromGib} GiB has ${grouped(small.iops)}, and no more can be bought.`,
          references,
        },
        `Make the volume ${stripedFromGib} GiB, or take io2.`,
        { [`${at}.size`]: stripedFromGib * 2 ** 30 },
      ),
    ];
  const machine = machineOf(store.instance);
  const volume = iops ?? given.iops;
  if (!machine?.storage)
    return [
      inconclusive(
        {
          check: "storage-throughput",
          part: at,
          says: `What ${store.instance} gives to its volume is not known here.`,
        },
        "Look it up.",
      ),
    ];
  const limit = machine.storage.operationsPerSecond;
  const found: Found = {
    check: "storage-throughput",
    part: at,
    figure: limit,
    limit: volume,
    unit: "per-second",
    says: `The volume gives ${grouped(volume)} operations a second and ${rounded(given.bytesPerSecond / 1e6)} MB/s; ${store.instance} keeps up ${grouped(limit)} and ${rounded(machine.storage.bytesPerSecond / 1e6)} MB/s.`,
    references,
  };
  const isCountedOn =
    iops !== undefined ||
    Object.entries(sources).some(
      ([path, { text }]) => path.startsWith(at) && /\bIOPS\b|throughput/i.test(text),
    );
  return [
    limit >= volume || !isCountedOn
      ? holds(found)
      : fails(
          { ...found, says: `${found.says} More than that is there for half an hour a day, on credits.` },
          `Take a larger class than ${store.instance}, if the database is to use its volume.`,
        ),
  ];
}
