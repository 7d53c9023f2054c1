import type { LoadSeen } from "../measured.ts";
import type { VerifyCheck } from "../report.ts";

/** What every check about one load has in common. */
export function loadBase({
  profile,
  substitutes,
  result,
}: LoadSeen): Pick<VerifyCheck, "source" | "profile" | "substitutes" | "samples"> {
  return { source: "measured", profile, substitutes, samples: result.asked };
}
