import type { Finding } from "#model/evidence.ts";
import { REGIONS } from "#aws/regions.ts";
import { type Check, fails, type Found, holds, inconclusive, judged, referencesTo } from "../finding.ts";
import { databases } from "../parts.ts";
import { time } from "../words.ts";

const DAY = 86_400_000;

/** Whether what is to outlive the region is outside of it, in a region that there is, and is kept. */
export const secondRegion: Check = (architecture) => {
  const { region, recovery } = architecture;
  const copies = databases(architecture).flatMap(([name, { backup }]) =>
    backup.copyTo ? [[`stores.${name}.backup.copyTo`, backup.copyTo] as const] : [],
  );
  return [
    ...known("region", region),
    ...(recovery.region
      ? [
          outside("recovery.region.name", recovery.region.name, region),
          ...known("recovery.region.name", recovery.region.name),
        ]
      : []),
    ...copies.flatMap(([part, copy]) => [
      outside(`${part}.region`, copy.region, region),
      ...known(`${part}.region`, copy.region),
      kept(part, copy.retention),
    ]),
  ];
};

function outside(part: string, other: string, own: string): Finding {
  const found: Found = {
    check: "second-region",
    part,
    says:
      other === own
        ? `${part} is ${own}, which is the region that it is to stand in for.`
        : `${part} is ${other}, and not ${own}.`,
  };
  return other === own ? fails(found, "Name another region.") : holds(found);
}

/** There may be newer regions than are known here. */
function known(part: string, region: string): Finding[] {
  if (REGIONS.value.includes(region)) return [];
  return [
    inconclusive(
      {
        check: "region-known",
        part,
        says: `Whether AWS has a region ${region} is not known here: the table of ${REGIONS.asOf} does not name it.`,
        references: referencesTo(REGIONS),
      },
      "Look it up.",
    ),
  ];
}

function kept(part: string, retention: number): Finding {
  const found: Found = {
    check: "copy-retention",
    part: `${part}.retention`,
    figure: retention,
    limit: DAY,
    unit: "milliseconds",
    says: `Copies in the other region are kept for ${time(retention)}.`,
  };
  return judged(retention >= DAY, found, "Keep them for a week.", { [`${part}.retention`]: 7 * DAY });
}
