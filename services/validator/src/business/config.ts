import { type FeeSchedule, readFees } from "./fees.ts";

export interface BusinessConfig {
  /** Undefined where nothing is known of what decisions earn: revenue is then absent, and not 0. */
  fees: FeeSchedule | undefined;
}

/** Reads what decisions earn from the environment; adds what is wrong to `problems`. An empty variable counts as absent. */
export function readBusinessConfig(
  env: Record<string, string | undefined>,
  problems: string[],
): BusinessConfig {
  const given = env["BUSINESS_FEES"];
  if (!given) return { fees: undefined };
  const faults: string[] = [];
  const fees = readFees(given, faults);
  problems.push(...faults.map((fault) => `BUSINESS_FEES ${fault}`));
  return { fees };
}
