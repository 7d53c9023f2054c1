import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails } from "../finding.ts";
import { objectivesOf } from "../parts.ts";

/** Words that say nothing about what a thing is. */
const EMPTY = new Set([
  "a",
  "an",
  "and",
  "by",
  "for",
  "in",
  "of",
  "on",
  "the",
  "to",
  "with",
  "future",
  "enhancement",
  "advanced",
]);

/** Where the document says of the same thing that it is there and that it is to come. */
export const document: Check = (architecture) => [
  ...presentAndPlanned(architecture),
  ...plannedMeans(architecture),
];

function presentAndPlanned({ sources, planned }: ResolvedArchitecture): Finding[] {
  return planned.flatMap(({ what, claim }): Finding[] => {
    const later = wordsOf(claim.text);
    const now = Object.entries(sources).find(([, source]) => {
      const words = wordsOf(source.text);
      return words.length > 1 && words.every((word) => later.includes(word)) && source.line !== claim.line;
    });
    if (!now) return [];
    const [part, source] = now;
    return [
      fails(
        {
          check: "present-and-planned",
          part,
          says: `The document lists "${source.text}" among what is there (line ${source.line}), and "${plain(claim.text)}" among what is to come (line ${claim.line}).`,
        },
        `Say whether it is there: ${what}.`,
      ),
    ];
  });
}

const SECOND_REGION = /multi-?region|(second|other|another|several|two) regions?/i;

/** A promise for the loss of the region, of which the document lists the means among what is to come. */
function plannedMeans(architecture: ResolvedArchitecture): Finding[] {
  const { planned, recovery } = architecture;
  const means = planned.find(({ claim }) => SECOND_REGION.test(claim.text));
  if (!means || recovery.region?.strategy === "active-active") return [];
  return objectivesOf(architecture, "recovery")
    .filter(({ from }) => from === "region-failure")
    .map(({ id, claim }) =>
      fails(
        {
          check: "planned-means",
          part: `objectives.${id}`,
          says: `The document promises "${plain(claim.text)}" (line ${claim.line}), and lists "${plain(means.claim.text)}" among what is to come (line ${means.claim.line}).`,
        },
        "Promise it when the second region is there.",
      ),
    );
}

function plain(text: string): string {
  return text.replaceAll("*", "");
}

function wordsOf(text: string): string[] {
  return plain(text)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1 && !EMPTY.has(word));
}
