import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import type { Dated } from "#aws/facts.ts";
import { machineOf } from "#aws/instance-types/instance-types.ts";
import * as versions from "#aws/versions/databases.ts";
import { EKS } from "#aws/versions/kubernetes.ts";
import { type Engine, lifecycleOf, newestOf, supportOn } from "#aws/versions/lifecycle.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { caches, type Database, databases, instancesOf } from "../parts.ts";

const HOURS_A_MONTH = 730;

/** Whether AWS still makes what is declared, and whether it costs extra to stay on it. */
export const versionSupport: Check = (architecture, day) => {
  const { compute } = architecture;
  return [
    ...(compute.kind === "eks"
      ? [supported({ engine: EKS, version: compute.version, path: "compute.version", units: 1, day })]
      : []),
    ...databases(architecture).flatMap(([name, store]) => database(architecture, name, store, day)),
    ...caches(architecture).flatMap(([name, { hosting, version }]) =>
      hosting === "pods"
        ? []
        : [
            supported({
              engine: versions.ELASTICACHE_REDIS,
              version: version.split(".")[0] ?? version,
              path: `stores.${name}.version`,
              units: 0,
              day,
            }),
          ],
    ),
  ];
};

interface Declared {
  readonly engine: Engine;
  /** As the engine's table names it. */
  readonly version: string;
  readonly path: string;
  /** Clusters or vCPUs that extended support is charged for. */
  readonly units: number;
  readonly day: string;
}

function supported({ engine, version, path, units, day }: Declared): Finding {
  const found: Found = { check: "version", part: path, says: "", references: referencesTo(engine.versions) };
  const lifecycle = lifecycleOf(engine, version);
  const replacement = newestOf(engine, day);
  if (lifecycle === null)
    return inconclusive(
      {
        ...found,
        says: `Whether ${engine.name} has ${version} is not known here: the table of ${engine.versions.asOf} does not name it.`,
      },
      replacement === null ? "Look it up." : `Look it up; ${replacement} is known and supported.`,
    );
  const { standardUntil, extendedUntil } = lifecycle;
  const name = `${engine.name} ${version}`;
  const says = `Take ${replacement ?? "a newer version"}.`;
  switch (supportOn(lifecycle, day)) {
    case "standard":
      return holds({
        ...found,
        says:
          standardUntil === null
            ? `${name} is supported, and no end is announced.`
            : `${name} is in standard support until ${standardUntil}.`,
      });
    case "extended": {
      const price = engine.extendedPrice;
      const perMonth = price === null ? null : price.value.perHour * units * HOURS_A_MONTH;
      return fails(
        {
          ...found,
          ...(perMonth === null || perMonth === 0
            ? {}
            : { figure: perMonth, limit: 0, unit: "dollars" as const }),
          says: `${name} left standard support on ${standardUntil} and is in extended support until ${extendedUntil}${perMonth ? `, which costs $${perMonth.toFixed(2)} a month more` : ", at an extra charge"}.`,
          references: referencesTo(engine.versions, ...(price ? [price] : [])),
        },
        says,
        replacement === null ? undefined : { [path]: replacement },
      );
    }
    case "ended":
      return fails(
        {
          ...found,
          says: `${name} is supported no longer: standard support ended on ${standardUntil}${extendedUntil === null ? "" : `, extended support on ${extendedUntil}`}. Nobody can make one, and AWS upgrades those that there are.`,
        },
        says,
        replacement === null ? undefined : { [path]: replacement },
      );
  }
}

function database(architecture: ResolvedArchitecture, name: string, store: Database, day: string): Finding[] {
  if (store.hosting === "pods") return [];
  const path = `stores.${name}.version`;
  const [first = "", second, third] = store.version.split(".");
  const isPostgresql = store.kind === "postgresql";
  const engine = isPostgresql
    ? store.engine === "aurora"
      ? versions.AURORA_POSTGRESQL
      : versions.RDS_POSTGRESQL
    : store.kind === "mysql"
      ? versions.RDS_MYSQL
      : versions.DOCUMENTDB;
  const major = isPostgresql ? first : `${first}.${second}`;
  const minor = isPostgresql ? second : third;
  const vcpus = (machineOf(store.instance)?.vcpus ?? 0) * instancesOf(architecture, store);
  const of = supported({ engine, version: major, path, units: vcpus, day });
  const minors = minorsOf(store);
  // A major version without a minor one gets the newest that there is.
  if (minor === undefined || minors === null || of.verdict === "inconclusive") return [of];
  return [of, minorVersion({ path, name: engine.name, major, minor: Number(minor), ...minors })];
}

interface Minors {
  readonly oldest: Dated<Readonly<Record<string, number>>>;
  readonly newest: Dated<Readonly<Record<string, number>>>;
}

function minorsOf(store: Database): Minors | null {
  if (store.kind === "mysql")
    return { oldest: versions.RDS_MYSQL_OLDEST_MINOR, newest: versions.RDS_MYSQL_NEWEST_MINOR };
  if (store.kind === "postgresql" && store.engine === "rds")
    return { oldest: versions.RDS_POSTGRESQL_OLDEST_MINOR, newest: versions.RDS_POSTGRESQL_NEWEST_MINOR };
  return null;
}

function minorVersion({
  path,
  name,
  major,
  minor,
  oldest,
  newest,
}: Minors & {
  readonly path: string;
  readonly name: string;
  readonly major: string;
  readonly minor: number;
}): Finding {
  const found = {
    check: "version-minor",
    part: path,
    figure: minor,
    unit: "count" as const,
    references: referencesTo(oldest, newest),
  };
  const [first, last] = [oldest.value[major], newest.value[major]];
  if (first === undefined)
    return inconclusive(
      { ...found, says: `Which minor versions of ${name} ${major} can still be made is not known here.` },
      "Look it up.",
    );
  if (minor >= first)
    return holds({
      ...found,
      limit: first,
      says: `${name} can still be made as ${major}.${minor}; the oldest is ${major}.${first}.`,
    });
  return fails(
    {
      ...found,
      limit: first,
      says: `${name} ${major}.${minor} was withdrawn: nobody can make one, and a restore gets a newer version. The oldest that can be made is ${major}.${first}.`,
    },
    `Take ${major}.${last ?? first}, or ${major} alone, which is the newest.`,
    { [path]: `${major}.${last ?? first}` },
  );
}
