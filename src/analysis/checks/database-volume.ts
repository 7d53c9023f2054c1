import type { Finding } from "#model/evidence.ts";
import { GP2_OPERATIONS, RDS_GROWTH, RDS_VOLUMES } from "#aws/database-volumes.ts";
import { RDS_GP3 } from "#aws/databases.ts";
import { type Check, type Found, judged, referencesTo } from "../finding.ts";
import { type Database, databases } from "../parts.ts";
import { gib, grouped } from "../words.ts";

type Storage = NonNullable<Extract<Database, { readonly kind: "mysql" }>["storage"]>;

/** Whether RDS makes the volume that is declared, and whether that is worth its price. */
export const databaseVolume: Check = (architecture) =>
  databases(architecture).flatMap(([name, store]) => {
    if (!("storage" in store) || !store.storage || store.hosting === "pods") return [];
    if (store.kind === "postgresql" && store.engine === "aurora") return [];
    const at = `stores.${name}.storage`;
    return [size(at, store.storage), ...growth(at, store.storage), ...operations(at, store.storage)];
  });

function size(at: string, { type, size: figure }: Storage): Finding {
  const { least, most } = RDS_VOLUMES.value[type];
  const found: Found = {
    check: "volume-size",
    part: `${at}.size`,
    figure,
    limit: figure < least ? least : most,
    unit: "bytes",
    says: `The volume has ${gib(figure)}; RDS makes ${type} volumes of ${gib(least)} to ${gib(most)}.`,
    references: referencesTo(RDS_VOLUMES),
  };
  const wanted = Math.min(Math.max(figure, least), most);
  return judged(figure === wanted, found, `Set ${at}.size to ${gib(wanted)}.`, { [`${at}.size`]: wanted });
}

/** RDS takes a bound only where there is something to grow. */
function growth(at: string, { size: figure, max }: Storage): Finding[] {
  if (max === undefined) return [];
  const least = Math.ceil(figure * (1 + RDS_GROWTH.value));
  const found: Found = {
    check: "volume-growth",
    part: `${at}.max`,
    figure: max,
    limit: least,
    unit: "bytes",
    says: `The volume of ${gib(figure)} may grow to ${gib(max)}. RDS wants the bound to be a tenth above the size at the least.`,
    references: referencesTo(RDS_GROWTH),
  };
  return [
    judged(max >= least, found, `Raise ${at}.max to ${gib(2 * figure)}.`, { [`${at}.max`]: 2 * figure }),
  ];
}

function operations(at: string, { type, size: figure, iops }: Storage): Finding[] {
  if (type === "gp3") return [];
  const part = `${at}.iops`;
  if (type === "io2")
    return [
      judged(
        iops !== undefined,
        {
          check: "volume-operations",
          part,
          ...(iops === undefined ? {} : { figure: iops, unit: "per-second" as const }),
          says:
            iops === undefined
              ? "An io2 volume is bought by its operations a second, and none are declared: RDS refuses it."
              : `The io2 volume has ${grouped(iops)} operations a second.`,
          references: referencesTo(RDS_VOLUMES),
        },
        `Give ${part} a number.`,
        { [part]: 3000 },
      ),
    ];
  const { perGib, least, most } = GP2_OPERATIONS.value;
  const given = Math.min(most, Math.max(least, Math.floor((figure / 2 ** 30) * perGib)));
  const offered = RDS_GP3.value.small.iops;
  const found: Found = {
    check: "volume-operations",
    part: `${at}.type`,
    figure: given,
    limit: offered,
    unit: "per-second",
    says: `A gp2 volume of ${gib(figure)} has ${grouped(given)} operations a second, and more on credits only${iops === undefined ? "" : `; the ${grouped(iops)} that are declared cannot be bought for it`}. gp3 has ${grouped(offered)} at any size.`,
    references: referencesTo(GP2_OPERATIONS, RDS_GP3),
  };
  const set = { [`${at}.type`]: "gp3", [part]: undefined };
  return [judged(given >= offered && iops === undefined, found, `Set ${at}.type to "gp3".`, set)];
}
