import type { Dated } from "./facts.ts";

const PAGE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html";
const GIB = 2 ** 30;

/** What volumes RDS makes for MySQL and PostgreSQL, in bytes. */
export const RDS_VOLUMES: Dated<
  Readonly<Record<"gp3" | "gp2" | "io2", { readonly least: number; readonly most: number }>>
> = {
  value: {
    gp3: { least: 20 * GIB, most: 65_536 * GIB },
    gp2: { least: 20 * GIB, most: 65_536 * GIB },
    io2: { least: 100 * GIB, most: 65_536 * GIB },
  },
  page: PAGE,
  asOf: "2025-05",
};

/** By how much the bound of storage autoscaling is above the size at the least, as a share of it. */
export const RDS_GROWTH: Dated<number> = {
  value: 0.1,
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html",
  asOf: "2025-05",
};

/** Operations a second that a gp2 volume has without credits. */
export const GP2_OPERATIONS: Dated<{
  readonly perGib: number;
  readonly least: number;
  readonly most: number;
}> = {
  value: { perGib: 3, least: 100, most: 16_000 },
  page: PAGE,
  asOf: "2025-05",
};
