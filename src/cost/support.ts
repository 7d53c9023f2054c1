import type { ResolvedStore } from "#model/architecture.ts";
import { AURORA_POSTGRESQL, RDS_MYSQL, RDS_POSTGRESQL } from "#aws/versions/databases.ts";
import { EKS } from "#aws/versions/kubernetes.ts";
import { type Engine, lifecycleOf, supportOn } from "#aws/versions/lifecycle.ts";

type Sql = Extract<ResolvedStore, { readonly kind: "postgresql" | "mysql" }>;

/** What an old version costs on top. */
export interface ExtendedSupport {
  /** Whether the third year of it has begun, which costs more. */
  readonly isLastYear: boolean;
  /** Why, in a sentence. */
  readonly says: string;
}

export function kubernetesSupport(version: string, day: string): ExtendedSupport | null {
  return extendedSupport(EKS, version, day);
}

export function databaseSupport(store: Sql, day: string): ExtendedSupport | null {
  const [major = "", minor = ""] = store.version.split(".");
  if (store.kind === "mysql") return extendedSupport(RDS_MYSQL, `${major}.${minor}`, day);
  return extendedSupport(store.engine === "aurora" ? AURORA_POSTGRESQL : RDS_POSTGRESQL, major, day);
}

/**
 * A version that has left extended support as well costs as if it were in it: AWS upgrades what is left of it to the oldest
 * version that it still supports, and that is in extended support.
 */
function extendedSupport(engine: Engine, version: string, day: string): ExtendedSupport | null {
  const lifecycle = lifecycleOf(engine, version);
  if (!lifecycle || !engine.extendedPrice) return null;
  const support = supportOn(lifecycle, day);
  const { standardUntil, extendedUntil } = lifecycle;
  if (support === "standard" || standardUntil === null) return null;
  const since = `${engine.name} ${version} is in standard support until ${standardUntil}`;
  return {
    isLastYear: day > yearsAfter(standardUntil, 2),
    says:
      support === "extended"
        ? `${since}, and costs extra since.`
        : `${since} and in extended support until ${extendedUntil ?? standardUntil}: no new one can be made, and AWS upgrades what is left to a version in extended support.`,
  };
}

function yearsAfter(day: string, years: number): string {
  return `${Number(day.slice(0, 4)) + years}${day.slice(4)}`;
}
