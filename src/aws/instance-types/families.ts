import { BURSTABLE } from "./burstable.ts";
import { COMPUTE } from "./compute.ts";
import { GENERAL } from "./general.ts";
import { MEMORY } from "./memory.ts";

const KNOWN = Object.keys({ ...BURSTABLE, ...GENERAL, ...COMPUTE, ...MEMORY });
const SIZES = /^(nano|micro|small|medium|large|xlarge|\d+xlarge|metal|metal-\d+xl)$/;
/** Generations that may have come after the tables were made. */
const AHEAD = 2;

/**
 * Why AWS has no such type; null where it has one, or may have one that is not in the tables.
 * @param name of an EC2 instance type, a DB instance class or a cache node type
 */
export function unknownType(name: string): string | null {
  const [family = "", size = ""] = name.replace(/^(db|cache)\./, "").split(".");
  const inFamily = KNOWN.filter((each) => each.startsWith(`${family}.`)).map((each) => each.split(".")[1]);
  if (inFamily.includes(size)) return null;
  if (!SIZES.test(size)) return `no size "${size}"`;
  // The tables have all sizes of the burstable families.
  if (inFamily.length > 0 && family.startsWith("t")) return `no ${size} in the family ${family}`;
  const [, series = "", generation = ""] = /^([a-z]+)(\d+)/.exec(family) ?? [];
  const newest = Math.max(
    ...KNOWN.flatMap((each) => {
      const [, of, number] = /^([a-z]+)(\d+)/.exec(each) ?? [];
      return of === series ? [Number(number)] : [];
    }),
  );
  return Number(generation) > newest + AHEAD && Number.isFinite(newest)
    ? `no generation ${generation} of ${series}; the newest that is known here is ${newest}`
    : null;
}
