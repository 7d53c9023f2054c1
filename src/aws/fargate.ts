import type { Dated } from "./facts.ts";

/** What a number of vCPUs may have of memory, in GiB. */
export interface FargateSize {
  readonly cpu: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

export const FARGATE_SIZES: Dated<readonly FargateSize[]> = {
  value: [
    { cpu: 0.25, least: 0.5, most: 2, step: 0.5 },
    { cpu: 0.5, least: 1, most: 4, step: 1 },
    { cpu: 1, least: 2, most: 8, step: 1 },
    { cpu: 2, least: 4, most: 16, step: 1 },
    { cpu: 4, least: 8, most: 30, step: 1 },
    { cpu: 8, least: 16, most: 60, step: 4 },
    { cpu: 16, least: 32, most: 120, step: 8 },
  ],
  page: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size",
  asOf: "2025-05",
  says: "With 0.25 vCPU: 0.5, 1 or 2 GB.",
};
