import type { Engine, Lifecycle } from "./lifecycle.ts";

const until = (standardUntil: string, extendedUntil: string): Lifecycle => ({ standardUntil, extendedUntil });

export const EKS: Engine = {
  name: "Amazon EKS",
  versions: {
    value: {
      "1.23": until("2023-10-11", "2024-10-11"),
      "1.24": until("2024-01-31", "2025-01-31"),
      "1.25": until("2024-05-01", "2025-05-01"),
      "1.26": until("2024-06-11", "2025-06-11"),
      "1.27": until("2024-07-24", "2025-07-24"),
      "1.28": until("2024-11-26", "2025-11-26"),
      "1.29": until("2025-03-23", "2026-03-23"),
      "1.30": until("2025-07-23", "2026-07-23"),
      "1.31": until("2025-11-26", "2026-11-26"),
      "1.32": until("2026-03-23", "2027-03-23"),
      "1.33": until("2026-07-29", "2027-07-29"),
      "1.34": until("2026-12-02", "2027-12-02"),
      "1.35": until("2027-03-27", "2028-03-27"),
      "1.36": until("2027-08-02", "2028-08-02"),
    },
    page: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
    asOf: "2026-08-22",
    says: "On the day after extended support ends, no cluster can be made of the version, and EKS upgrades those that there are.",
  },
  extendedPrice: {
    value: { perHour: 0.5, of: "cluster", lastYear: 0.5 },
    page: "https://aws.amazon.com/eks/pricing/",
    asOf: "2025-05",
    says: "$0.60 an hour for a cluster in extended support, $0.10 in standard support.",
  },
};
