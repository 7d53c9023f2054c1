import type { RoundTrip } from "./round-trip.ts";
import { STEPS } from "./steps.ts";

const HEAD = [
  "architecture",
  "applied",
  "left out",
  "changed",
  "ignored",
  ...STEPS.map((step) => `${step} (s)`),
];

/** A line for each architecture: resources, arguments that are ignored, and how long each step took. */
export function tableOf(trips: ReadonlyMap<string, RoundTrip>): string {
  const rows = [...trips].map(([name, { emulated, seconds }]) => [
    name,
    ...[emulated.applied, emulated.leftOut, emulated.changed].map(({ length }) => String(length)),
    String(
      emulated.ignored.flatMap(({ gap: { done } }) => (done.kind === "ignored" ? done.names : [])).length,
    ),
    ...STEPS.map((step) => (seconds.get(step) ?? 0).toFixed(0)),
  ]);
  return [HEAD, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(at === 0 ? 24 : (HEAD[at]?.length ?? 0) + 2))
        .join("")
        .trimEnd(),
    )
    .join("\n");
}

/** What is left out of an architecture, by name, and why. */
export function leftOutOf({ emulated: { leftOut } }: RoundTrip): string {
  return leftOut
    .map(({ address, because }) =>
      typeof because === "string" ? `${address}: it refers to ${because}` : `${address}: ${because.reason}`,
    )
    .join("\n");
}
