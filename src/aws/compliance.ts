import type { Dated } from "./facts.ts";

/** How long audit logs are kept, in days, by each standard that gives a figure. */
export const LOG_RETENTION_DAYS: Readonly<Partial<Record<string, Dated<number>>>> = {
  "pci-dss": {
    value: 365,
    page: "https://www.pcisecuritystandards.org/document_library/",
    asOf: "2025-05",
    says: "PCI DSS 4.0.1, 10.5.1: audit log history is kept for at least 12 months, the last three of them at hand.",
  },
};
