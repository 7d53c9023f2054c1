// How long it takes to screen a name against a list of 20,000.
import { setImmediate as turn } from "node:timers/promises";

import { NameIndex } from "../services/validator/src/screening/name-index.ts";

const LISTED = 20_000;
const SCREENED = 20_000;

/** What a name is made of; a list has frequent words and rare ones, and so has this one (Zipf). */
const SYLLABLES =
  "al be ca do el fa go ha in jo ka lu ma no or pa qu ra sa te um va wi xa yo za ir an ed mo".split(" ");

/** A generator of the same numbers on every machine: Park and Miller's. */
function randomness(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function makeNames(count: number, random: () => number): string[] {
  const words = Array.from({ length: 12_000 }, () =>
    Array.from(
      { length: 2 + Math.floor(random() * 3) },
      () => SYLLABLES[Math.floor(random() * SYLLABLES.length)],
    ).join(""),
  );
  const word = () => words[Math.floor(words.length ** random()) - 1] as string;
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, word).join(" "),
  );
}

/** The name with one letter left out, replaced or swapped with its neighbour, or as it is. */
function miswrite(name: string, random: () => number): string {
  const at = 1 + Math.floor(random() * (name.length - 2));
  const [before, letter, after] = [name.slice(0, at), name.charAt(at), name.slice(at + 1)];
  const ways = [
    name,
    before + after,
    `${before}e${after}`,
    before + after.charAt(0) + letter + after.slice(1),
  ];
  return ways[Math.floor(random() * ways.length)] as string;
}

export async function screening(json: boolean): Promise<void> {
  const random = randomness(7);
  const listed = makeNames(LISTED, random);
  const began = performance.now();
  const index = await NameIndex.build(
    listed.map((name, entry) => ({ entry: String(entry), name })),
    turn,
  );
  const buildMs = performance.now() - began;

  // Half are names of the list, more or less; half are of nobody on it.
  const strangers = makeNames(SCREENED, randomness(8));
  const latencies: number[] = [];
  let hits = 0;
  for (const stranger of strangers) {
    const isListed = random() < 0.5;
    const name = isListed ? miswrite(listed[Math.floor(random() * LISTED)] as string, random) : stranger;
    const start = performance.now();
    const found = index.search(name);
    latencies.push(performance.now() - start);
    if (found.length > 0) hits++;
  }
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] as number;
  const result = {
    names: LISTED,
    screened: SCREENED,
    withMatches: hits,
    buildMs: Math.round(buildMs),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  };
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  console.log(
    `screening: ${SCREENED} names against a list of ${LISTED} made-up ones, every other one of them listed`,
  );
  console.log(`  index built in ${result.buildMs} ms; ${hits} names had matches`);
  console.log(
    `  p50 ${result.p50Ms.toFixed(3)} ms   p99 ${result.p99Ms.toFixed(3)} ms (target 5)   max ${result.maxMs.toFixed(1)} ms`,
  );
}
