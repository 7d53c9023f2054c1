import { entriesOf, valueAt } from "../data.ts";
import type { Check } from "./check.ts";

/** A claim about a setting names a setting that is there, as it is written or in an environment's overlay. */
export const checkSources: Check = (architecture) =>
  entriesOf(architecture["sources"])
    .filter(([path]) => valueAt(architecture, path.split(".")) === undefined)
    .map(([path]) => ({
      code: "SOURCE_UNKNOWN",
      path: `sources.${path}`,
      message: `there is no value at ${path}`,
      remedy: "Name the path of a value that the architecture writes out.",
    }));
