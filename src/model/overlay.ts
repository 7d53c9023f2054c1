import { entriesOf, isRecord } from "./data.ts";
import { OVERLAID, OVERLAID_BY_NAME, type OverlaidPart } from "./environments.ts";
import { choiceProblem, formatPath, type Problem } from "./problems.ts";

/** What an overlay says that an overlay may not say: other parts, other names, other fields. */
export function checkOverlay(base: unknown, environment: string, overlay: unknown): Problem[] {
  const at = ["environments", environment];
  if (!isRecord(overlay)) {
    return [
      {
        code: "OVERLAY_INVALID",
        path: formatPath(at),
        message: "an overlay is an object",
        remedy: "Write {} for none.",
      },
    ];
  }
  return Object.entries(overlay).flatMap(([part, change]) => {
    if (!isOverlaid(part)) return [notOverlaid([...at, part], Object.keys(OVERLAID))];
    if (!(OVERLAID_BY_NAME as readonly string[]).includes(part))
      return checkFields(OVERLAID[part], change, [...at, part]);

    const names = isRecord(base) ? entriesOf(base[part]).map(([name]) => name) : [];
    return entriesOf(change).flatMap(([name, fields]) =>
      names.includes(name)
        ? checkFields(OVERLAID[part], fields, [...at, part, name])
        : [choiceProblem(formatPath([...at, part, name]), name, names, "REFERENCE_UNKNOWN")],
    );
  });
}

function isOverlaid(part: string): part is OverlaidPart {
  return Object.hasOwn(OVERLAID, part);
}

function checkFields(allowed: readonly string[], change: unknown, at: string[]): Problem[] {
  return entriesOf(change)
    .filter(([field]) => !allowed.includes(field))
    .map(([field]) => notOverlaid([...at, field], allowed));
}

function notOverlaid(at: readonly string[], allowed: readonly string[]): Problem {
  return {
    code: "OVERLAY_FORBIDDEN",
    path: formatPath(at),
    message: `an environment may not change ${at.at(-1)}: parts and their connections are the same everywhere`,
    remedy: `Change it in the architecture itself. An overlay may change: ${allowed.join(", ")}.`,
  };
}
