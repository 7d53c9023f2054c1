import { checked, type Maker } from "./maker.ts";

/** Static checks that say whether something takes the system down with it. */
const SINGLE_POINTS: ReadonlySet<string> = new Set(["single-point", "zone-spread"]);

export const redundancy: Maker<"redundancy"> = (promised, { subject }) => {
  // Critical components are to be in several zones; only a promise about everything is one about the region as well.
  const found = subject
    .findings()
    .filter(
      ({ check: name, part }) =>
        SINGLE_POINTS.has(name) && (promised.scope === "everything" || part !== "region"),
    );
  const single = found.filter(({ verdict }) => verdict === "fails");
  const open = found.filter(({ verdict }) => verdict === "inconclusive");
  const parts = single.map(({ part }) => part);
  return [
    checked(promised, {
      title:
        promised.scope === "everything"
          ? "No single part takes the system down"
          : "Critical parts are in several zones",
      source: "computed",
      part: parts[0] ?? null,
      figure: single.length,
      limit: 0,
      sense: "at-most",
      unit: "count",
      verdict: single.length > 0 ? "fails" : found.length === 0 || open.length > 0 ? "inconclusive" : "holds",
      says:
        single.length > 0
          ? `${single.length} of ${found.length} parts take something down with them: ${parts.join(", ")}. ${single[0]?.says ?? ""}`
          : found.length === 0
            ? "No part was looked at."
            : `${found.length} parts were looked at: ${found.map(({ part }) => part).join(", ")}. None takes the system down.`,
      remedy:
        single
          .map(({ remedy }) => remedy?.says)
          .filter((says) => says !== undefined)
          .join(" ") || null,
      references: single.flatMap(({ references }) => references),
    }),
  ];
};
