import type { Verdict } from "#model/evidence.ts";
import type { VerifyCheck, VerifyReport } from "../../report.ts";
import { everyLook, MULTI_AZ, POSTGRESQL } from "./checks.ts";

/** A report of some checks, with something in each of its other parts. */
export function reportOf(
  checks: readonly VerifyCheck[] = everyLook,
  rest: Partial<VerifyReport> = {},
): VerifyReport {
  const count = (wanted: Verdict) => checks.filter(({ verdict }) => verdict === wanted).length;
  return {
    schemaVersion: 1,
    architecture: "fargate",
    environment: "production",
    region: "us-east-1",
    document: "fargate.txt",
    at: "2026-11-21T18:53:10.000Z",
    seconds: 212.4,
    fast: false,
    only: [],
    against: null,
    checks,
    counts: { fails: count("fails"), inconclusive: count("inconclusive"), holds: count("holds") },
    bills: [
      {
        environment: "production",
        region: "us-east-1",
        pricesAsOf: "2026-08-21",
        perMonth: 194.31,
        claimed: { from: 112.4, to: 112.4 },
        claimLine: 473,
        rows: [
          {
            component: "NAT Gateway",
            perMonth: 75.4,
            claimed: { from: 32, to: 32 },
            claimLine: 467,
            items: [
              {
                name: "NAT gateways",
                quantity: 2,
                unit: "hour",
                hours: 730,
                unitPrice: 0.045,
                perMonth: 65.7,
                assumption: null,
              },
              {
                name: "Data through them",
                quantity: 54,
                unit: "GB",
                hours: null,
                unitPrice: 0.045,
                perMonth: 2.43,
                assumption: "Each task pulls 1 GB a day.",
              },
              {
                name: "Public addresses",
                quantity: 2,
                unit: "hour",
                hours: 730,
                unitPrice: 0.005,
                perMonth: 7.3,
                assumption: null,
              },
            ],
          },
          { component: "RDS", perMonth: 59.4, claimed: { from: 20, to: 40 }, claimLine: 465, items: [] },
          { component: "Route 53", perMonth: 0.5, claimed: null, claimLine: null, items: [] },
          {
            component: "ECR Storage",
            perMonth: null,
            claimed: { from: 0.5, to: 0.5 },
            claimLine: 469,
            items: [],
          },
        ],
      },
    ],
    timings: [
      {
        id: "rds-multi-az-failover",
        says: "A failover of a Multi-AZ instance takes 60 to 120 s.",
        ...MULTI_AZ,
      },
    ],
    notes: [
      {
        about: "How many NAT gateways there are",
        decision: "One in each zone: the diagram beats the cost table.",
        statements: [
          { text: "ALB, NAT Gateway (AZ-2)", line: 93, document: null },
          { text: "NAT Gateway (1)", line: 467, document: null },
        ],
      },
    ],
    planned: [{ text: "Multi-region deployment", line: 540, document: null }],
    substitutes: [POSTGRESQL],
    versions: { plumbline: "0.1.0", node: "26.10.0", machine: "linux x64, 2 processors, 8 GiB" },
    comparedWith: {
      at: "2026-11-20T09:12:44.000Z",
      changes: [
        {
          id: "version.stores.database",
          title: "RDS still offers PostgreSQL 15.4",
          from: "holds",
          to: "fails",
        },
        {
          id: "subnet-addresses.network",
          title: "Private subnets have addresses for a deployment at the largest size",
          from: null,
          to: "holds",
        },
        { id: "egress.services.api", title: "Tasks reach what they call", from: "fails", to: null },
      ],
    },
    interrupted: false,
    ...rest,
  };
}
