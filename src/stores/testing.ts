import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

/** Something that a test cannot do without and a machine may lack. */
export interface Need {
  /** As it is called in PLUMBLINE_TEST_REQUIRE: "postgresql", "root". */
  readonly name: string;
  readonly met: boolean;
  /** What is missing where it is not met. */
  readonly otherwise: string;
}

export const root: Need = {
  name: "root",
  met: process.getuid?.() === 0,
  otherwise: "the tests do not run as root",
};
export const linux: Need = {
  name: "linux",
  met: process.platform === "linux",
  otherwise: "this is not Linux",
};

/**
 * Whether a suite must be skipped because a need is not met, and the end of its title, which says why; for
 * `describe.skipIf(skipped)`. Where PLUMBLINE_TEST_REQUIRE (a list with commas) names that need, this throws and the
 * file fails, so that a pipeline cannot pass by testing nothing.
 */
export function needs(...all: readonly Need[]): { skipped: boolean; why: string } {
  const unmet = all.find(({ met }) => !met);
  if (!unmet) return { skipped: false, why: "" };
  const required = (process.env["PLUMBLINE_TEST_REQUIRE"] ?? "").split(",").map((name) => name.trim());
  if (required.includes(unmet.name)) {
    throw new Error(`PLUMBLINE_TEST_REQUIRE names ${unmet.name}, and ${unmet.otherwise}`);
  }
  return { skipped: true, why: ` (skipped: ${unmet.otherwise})` };
}

export async function freePort(host = "127.0.0.1"): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => void listener.listen(0, host, resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => void listener.close(resolve));
  return port;
}
