// What kind of answer a client likes best.

/**
 * The offer that an Accept header ranks highest (RFC 9110, section 12.5.1), of equals the first one; undefined where it
 * takes none of them. Without a header everything is as good.
 */
export function preferred<Offer extends string>(
  accept: string | undefined,
  offers: readonly Offer[],
): Offer | undefined {
  const ranges = (accept?.trim() || "*/*").split(",").map(readRange);
  let best: { offer: Offer; weight: number } | undefined;
  for (const offer of offers) {
    const weight = weightOf(offer, ranges);
    if (weight > (best?.weight ?? 0)) best = { offer, weight };
  }
  return best?.offer;
}

interface Range {
  readonly range: string;
  readonly weight: number;
}

function readRange(part: string): Range {
  const [range = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
  const weight = parameters.find((text) => text.startsWith("q="))?.slice(2);
  return { range, weight: weight === undefined ? 1 : Math.min(Number(weight) || 0, 1) };
}

/** The most specific range decides. */
function weightOf(type: string, ranges: readonly Range[]): number {
  const [group = ""] = type.split("/");
  for (const wanted of [type, `${group}/*`, "*/*"]) {
    const found = ranges.find(({ range }) => range === wanted);
    if (found !== undefined) return found.weight;
  }
  return 0;
}
