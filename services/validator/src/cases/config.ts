import type { Severity } from "./sla.ts";

/** Tables of the database, or documents. */
const STORES = ["sql", "documents"] as const;

export interface CasesConfig {
  /** Milliseconds in which a case is to be closed, by the severest outcome of its alerts. */
  due: Readonly<Record<Severity, number>>;
  store: (typeof STORES)[number];
}

const MINUTE = 60_000;

/** Reads how cases are worked from the environment; adds what is wrong to `problems`. An empty variable counts as absent. */
export function readCasesConfig(env: Record<string, string | undefined>, problems: string[]): CasesConfig {
  const minutes = (name: string, fallback: number) => {
    const given = env[name] || String(fallback);
    if (/^\d{1,6}$/.test(given) && Number(given) >= 1) return Number(given) * MINUTE;
    problems.push(`${name} must be a whole number from 1 to 999999`);
    return fallback * MINUTE;
  };
  // Whoever gives a store of documents means it to be used.
  const fallback = env["DOCUMENTS_URL"] ? "documents" : "sql";
  const store = STORES.find((each) => each === (env["CASES_STORE"] || fallback));
  if (store === undefined) problems.push(`CASES_STORE must be one of ${STORES.join(", ")}`);
  return {
    due: {
      review: minutes("CASE_REVIEW_MINUTES", 1440),
      block_and_review: minutes("CASE_BLOCK_MINUTES", 240),
    },
    store: store ?? fallback,
  };
}
