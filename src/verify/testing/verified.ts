import { resolve } from "#model/resolve.ts";
import { type Measured, notMeasured } from "../measured.ts";
import type { VerifyCheck, VerifyReport } from "../report.ts";
import { verify } from "../verify.ts";

/** A verification of an architecture as it is written, without a twin unless something was measured. */
export function verified(
  written: unknown,
  {
    environment = "production",
    only = [],
    measured,
  }: { readonly environment?: string; readonly only?: readonly string[]; readonly measured?: Measured } = {},
): VerifyReport {
  return verify(
    {
      architecture: resolve(written, environment),
      written,
      only,
      fast: measured === undefined,
      against: null,
    },
    {
      measured: measured ?? notMeasured("nothing was run"),
      serviceTimes: null,
      at: "2026-11-21T12:00:00.000Z",
      seconds: () => 1,
      versions: { plumbline: "0.1.0", node: "26.10.0", machine: "linux x64, 2 processors, 8 GiB" },
      earlier: null,
      interrupted: false,
    },
  );
}

/** The check of an id. */
export function checkIn({ checks }: VerifyReport, id: string): VerifyCheck {
  const found = checks.find((each) => each.id === id);
  if (found) return found;
  throw new Error(`There is no check ${id}; there are: ${checks.map((each) => each.id).join(", ")}`);
}
