import type { Dated } from "./facts.ts";

/** Per cent of a month that AWS answers for, of what is in more than one zone and of what is in one. */
export interface ServiceLevel {
  readonly severalZones: number;
  readonly oneZone: number;
}

/** What AWS gives money back below: no measured figure, and the only one that it commits to. */
export const SERVICE_LEVELS = {
  "load balancer": {
    value: { severalZones: 99.99, oneZone: 99.9 },
    page: "https://aws.amazon.com/elasticloadbalancing/sla/",
    asOf: "2025-05",
  },
  compute: {
    value: { severalZones: 99.99, oneZone: 99.5 },
    page: "https://aws.amazon.com/compute/sla/",
    asOf: "2025-05",
  },
  RDS: {
    value: { severalZones: 99.95, oneZone: 99.5 },
    page: "https://aws.amazon.com/rds/sla/",
    asOf: "2025-05",
  },
  Aurora: {
    value: { severalZones: 99.99, oneZone: 99.9 },
    page: "https://aws.amazon.com/rds/aurora/sla/",
    asOf: "2025-05",
  },
  DocumentDB: {
    value: { severalZones: 99.99, oneZone: 99.9 },
    page: "https://aws.amazon.com/documentdb/sla/",
    asOf: "2025-05",
  },
} as const satisfies Readonly<Record<string, Dated<ServiceLevel>>>;
