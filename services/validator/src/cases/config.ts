import type { Severity } from "./sla.ts";

export interface CasesConfig {
  /** Milliseconds in which a case is to be closed, by the severest outcome of its alerts. */
  due: Readonly<Record<Severity, number>>;
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
  return {
    due: {
      review: minutes("CASE_REVIEW_MINUTES", 1440),
      block_and_review: minutes("CASE_BLOCK_MINUTES", 240),
    },
  };
}
