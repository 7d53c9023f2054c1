import type { Source } from "./price.ts";

/** By how many per cent spot was below on demand in us-east-1 for Linux, on average over a month, by family and size. */
const BELOW: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  t3: { nano: 79, micro: 69, small: 65, medium: 56, large: 62, xlarge: 60, "2xlarge": 65 },
  t3a: { micro: 60, small: 68, medium: 68, large: 67, xlarge: 67, "2xlarge": 62 },
  t4g: { nano: 56, micro: 49, small: 51, medium: 64, large: 72, xlarge: 63, "2xlarge": 66 },
  m5: { large: 66, xlarge: 66, "2xlarge": 54, "4xlarge": 58 },
  m6i: { large: 63, xlarge: 55, "2xlarge": 58, "4xlarge": 66 },
  m7i: { large: 68, xlarge: 53, "2xlarge": 62, "4xlarge": 52 },
  c5: { large: 59, xlarge: 56, "2xlarge": 56, "4xlarge": 66 },
  c6i: { large: 63, xlarge: 60, "2xlarge": 51, "4xlarge": 57 },
  c7i: { large: 66, xlarge: 61, "2xlarge": 59, "4xlarge": 61 },
  r5: { large: 60, xlarge: 69, "2xlarge": 61, "4xlarge": 65 },
  r6i: { large: 68, xlarge: 58, "2xlarge": 55, "4xlarge": 58 },
  r7i: { large: 65, xlarge: 60, "2xlarge": 59, "4xlarge": 66 },
  m6g: { medium: 63, large: 60, xlarge: 68, "2xlarge": 64, "4xlarge": 66 },
  m7g: { medium: 66, large: 64, xlarge: 62, "2xlarge": 64, "4xlarge": 62 },
  m8g: { medium: 64, large: 65, xlarge: 72, "2xlarge": 62, "4xlarge": 57 },
  c6g: { medium: 67, large: 59, xlarge: 61, "2xlarge": 66, "4xlarge": 71 },
  c7g: { medium: 64, large: 49, xlarge: 62, "2xlarge": 69, "4xlarge": 71 },
  c8g: { medium: 73, large: 61, xlarge: 66, "2xlarge": 70, "4xlarge": 70 },
  r6g: { medium: 69, large: 70, xlarge: 65, "2xlarge": 63, "4xlarge": 61 },
  r7g: { medium: 69, large: 68, xlarge: 71, "2xlarge": 67, "4xlarge": 67 },
  r8g: { medium: 73, large: 68, xlarge: 69, "2xlarge": 61, "4xlarge": 67 },
};

/** AWS's Spot Instance Advisor, in a copy of its feed. */
export const SPOT_ADVISOR: Source = {
  page: "https://github.com/alexei-led/spotinfo/blob/5eedf20a99614443af215f4aaf09bd10805cac72/internal/spot/data/spot-advisor-data.json",
  asOf: "2025-06-28",
  basis: "feed",
};

/** What the advisor prints for an instance type: by how many per cent it is cheaper on spot. Undefined for types without a price. */
export function percentBelowOnDemand(type: string): number | undefined {
  const [family = "", size = ""] = type.split(".");
  return BELOW[family]?.[size];
}
