import type { RoundTrip } from "./round-trip.ts";

/** How much of an architecture was applied, how long each step took, and what was left out and why. */
export function reportOf(name: string, { emulated, seconds }: RoundTrip): string {
  const { applied, leftOut, changed, ignored } = emulated;
  const names = ignored.flatMap(({ gap: { done } }) => (done.kind === "ignored" ? done.names : []));
  const counts = `${applied.length} resources applied, ${changed.length} of them changed, ${leftOut.length} left out`;
  const times = [...seconds].map(([step, took]) => `${step} ${took.toFixed(0)} s`).join(", ");
  return [
    `${name}: ${counts}; ${names.length} arguments ignored.`,
    `${times}.`,
    ...leftOut.map(({ address, because }) =>
      typeof because === "string"
        ? `  ${address}: it refers to ${because}`
        : `  ${address}: ${because.reason}`,
    ),
  ].join("\n");
}
