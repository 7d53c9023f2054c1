import { entriesOf, placesAt } from "../data.ts";
import { formatPath, type Problem } from "../problems.ts";
import { Replicas } from "../services.ts";
import type { Check } from "./check.ts";

/** min ≤ desired ≤ max, for replicas, node groups and scheduled bounds. */
export const checkReplicas: Check = (architecture) => [
  ...entriesOf(architecture["services"]).flatMap(([name]) =>
    inOrder(architecture, ["services", name, "replicas"], ["min", "desired", "max"]),
  ),
  ...placesAt(architecture, ["compute", "nodeGroups", "*"]).flatMap(([path]) =>
    inOrder(architecture, path, ["min", "desired", "max"]),
  ),
  ...placesAt(architecture, ["services", "*", "scaling", "*"]).flatMap(([path]) =>
    inOrder(architecture, path, ["min", "max"]),
  ),
];

const { min: Count } = Replicas.shape;

function inOrder(architecture: unknown, path: readonly string[], fields: readonly string[]): Problem[] {
  const values = fields.flatMap((field) =>
    placesAt(architecture, [...path, field]).flatMap(([at, value]) => {
      const count = Count.safeParse(value);
      return count.success ? [{ at, field, count: count.data }] : [];
    }),
  );
  return values.slice(1).flatMap(({ at, field, count }, index) => {
    const lower = values[index];
    if (!lower || lower.count <= count) return [];
    return [
      {
        code: "BOUNDS_REVERSED",
        path: formatPath(at),
        message: `${field} is ${count}, but ${lower.field} is ${lower.count}`,
        remedy: `Keep ${fields.join(" ≤ ")}.`,
      },
    ];
  });
}
