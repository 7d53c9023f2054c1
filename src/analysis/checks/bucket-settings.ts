import type { Finding } from "#model/evidence.ts";
import {
  COLDNESS,
  REPLICATION_NEEDS_VERSIONS,
  SHORTEST_BILLED_DAYS,
  STANDARD_IA_AFTER_DAYS,
} from "#aws/buckets.ts";
import { type Check, type Found, judged, referencesTo } from "../finding.ts";
import { type Bucket, buckets } from "../parts.ts";
import { list, time } from "../words.ts";

const DAY = 86_400_000;

/** What S3 refuses, or takes and never does. */
export const bucketSettings: Check = ({ entry, ...architecture }) =>
  buckets({ entry, ...architecture }).flatMap(([name, bucket]) => [
    ...lifecycle(name, bucket),
    ...replication(name, bucket, architecture.region),
    ...(entry.cdn?.site === name ? [publicData(name, bucket)] : []),
  ]);

/** Objects only ever get older and colder; each step has its time, and one after their end has none. */
function lifecycle(name: string, { lifecycle: steps, expireAfter }: Bucket): Finding[] {
  return steps.map(({ after, to }, index) => {
    const part = `stores.${name}.lifecycle.${index}`;
    const before = steps[index - 1];
    const least = to === "standard-ia" ? STANDARD_IA_AFTER_DAYS.value * DAY : 0;
    const isTooSoon = after < least;
    const isBackwards =
      before !== undefined &&
      (after <= before.after || COLDNESS.value.indexOf(to) <= COLDNESS.value.indexOf(before.to));
    const isTooLate = expireAfter !== undefined && after >= expireAfter;
    const billed = (SHORTEST_BILLED_DAYS.value[to] ?? 0) * DAY;
    const isShort = !isTooLate && expireAfter !== undefined && expireAfter - after < billed;
    const wrong = isTooSoon
      ? ` S3 moves nothing there before ${time(least)}, and refuses the rule.`
      : isBackwards
        ? ` Before that they go to ${before.to} after ${time(before.after)}: S3 moves objects to colder classes only, and later ones.`
        : isTooLate
          ? ` They are deleted after ${time(expireAfter)}: it never happens.`
          : isShort
            ? ` They are deleted after ${time(expireAfter)}, and ${to} is billed for ${time(billed)} at the least.`
            : "";
    const found: Found = {
      check: "lifecycle",
      part,
      figure: after,
      ...(isTooSoon ? { limit: least } : {}),
      unit: "milliseconds",
      says: `Objects of ${name} go to ${to} after ${time(after)}.${wrong}`,
      references: referencesTo(COLDNESS, SHORTEST_BILLED_DAYS),
    };
    const remedy = isTooSoon
      ? `Move them after ${time(least)}.`
      : isBackwards
        ? "Put the steps in order, the coldest class last."
        : "Leave the step out, or keep the objects longer.";
    return judged(wrong === "", found, remedy, isTooSoon ? { [`${part}.after`]: least } : undefined);
  });
}

function replication(name: string, { copyTo, versioned }: Bucket, region: string): Finding[] {
  if (!copyTo) return [];
  const part = `stores.${name}.copyTo`;
  const isElsewhere = copyTo.region !== region;
  const found: Found = {
    check: "replication",
    part,
    says: [
      `${name} is copied to ${copyTo.region}.`,
      versioned ? "" : "It keeps no versions, and S3 replicates between buckets with versions only.",
      isElsewhere ? "" : "That is its own region, and is lost with it.",
    ]
      .filter(Boolean)
      .join(" "),
    references: referencesTo(REPLICATION_NEEDS_VERSIONS),
  };
  return [
    judged(
      versioned && isElsewhere,
      found,
      `Set ${list([...(versioned ? [] : [`stores.${name}.versioned`]), ...(isElsewhere ? [] : [`${part}.region to another region`])])}.`,
      isElsewhere ? { [`stores.${name}.versioned`]: true } : undefined,
    ),
  ];
}

/** What the CDN serves is open to everybody, whoever may read the bucket itself. */
function publicData(name: string, { classification }: Bucket): Finding {
  return judged(
    classification !== "restricted",
    {
      check: "public-data",
      part: `stores.${name}.classification`,
      says:
        classification === "restricted"
          ? `${name} holds restricted data, and the CDN serves it to everybody.`
          : `The CDN serves ${name} to everybody; it holds nothing restricted.`,
    },
    "Keep restricted data in another bucket, behind a service that asks who it is.",
  );
}
