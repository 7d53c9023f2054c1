import { compile } from "../services/validator/src/rules/compile.ts";
import { recordFacts } from "../services/validator/src/rules/record.ts";
import { starterRuleSet } from "../services/validator/src/rules/starter.ts";
import { jsonRulesEngine, zenEngine, type Peer } from "./rules-peers.ts";
import { stream, type Item } from "./rules-stream.ts";
import { spread, type Spread } from "./spread.ts";

const TRANSACTIONS = 1000;
const ROUNDS = 7;
const ROUND_MS = 300;
/** Evaluations under way at a time, for engines that answer later: enough to keep their threads busy. */
const CONCURRENT = 64;
const SEED = 42;

interface Run {
  readonly perSecond: number;
  /** Of processor time of the whole process, all threads, for each transaction, in microseconds. */
  readonly cpu: number;
}

/** Evaluates a batch of the stream. */
type Batch = (items: readonly Item[]) => void | Promise<unknown>;

/**
 * The starter rule set's 20 rules beside two engines that run the same rules over the same transactions, with the same
 * hits. Figures of the windows, lists and screening are in memory for all; the peers get them as plain data, and we
 * look them up. Short rounds take turns, so that noise hits all alike; ratios are of medians of processor time.
 */
export async function rules(json: boolean): Promise<void> {
  const ours = compile(starterRuleSet, 1);
  const items = stream(TRANSACTIONS, SEED, ours.aggregates);
  const peers = { "json-rules-engine": jsonRulesEngine(ours.rules), "zen-engine": zenEngine(ours.rules) };
  const expected = items.map(({ transaction, facts }) => ours.evaluate(transaction, facts));
  const hits = expected.map(({ results }) => results.map(({ rule }) => rule));
  for (const [name, peer] of Object.entries(peers)) await assertSame(name, peer, items, hits);

  const engines: Readonly<Record<string, Batch>> = {
    ours: (batch) => batch.forEach(({ transaction, facts }) => ours.evaluate(transaction, facts)),
    "ours, facts recorded": (batch) =>
      batch.forEach(({ transaction, facts }) => {
        const recorder = recordFacts(facts);
        ours.evaluate(transaction, recorder.facts);
        JSON.stringify(recorder.recorded());
      }),
    ...Object.fromEntries(
      Object.entries(peers).map(([name, peer]): [string, Batch] => [
        name,
        (batch) => Promise.all(batch.map(({ flat }) => peer(flat))),
      ]),
    ),
  };
  const runs = new Map<string, Run[]>(Object.keys(engines).map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, batch] of Object.entries(engines)) {
      const run = await measure(batch, items);
      if (round >= 0) runs.get(name)!.push(run);
    }
  }
  const figures = [...runs].map(([engine, all]) => ({
    engine,
    perSecond: spread(all.map(({ perSecond }) => perSecond)),
    cpu: spread(all.map(({ cpu }) => cpu)),
  }));
  const share = hits.filter((found) => found.length > 0).length / hits.length;
  print(figures, ours.rules.length, share);
  if (json)
    console.log(JSON.stringify({ schemaVersion: 1, rules: ours.rules.length, hitShare: share, figures }));
}

async function assertSame(
  name: string,
  peer: Peer,
  items: readonly Item[],
  hits: readonly string[][],
): Promise<void> {
  for (const [index, { flat }] of items.entries()) {
    const found = (await peer(flat)).sort().join();
    const expected = hits[index]!.toSorted().join();
    if (found !== expected)
      throw new Error(`${name} has the hits ${found} for transaction ${index}, and we have ${expected}`);
  }
}

async function measure(batch: Batch, items: readonly Item[]): Promise<Run> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  let evaluated = 0;
  do {
    const begin = evaluated % (TRANSACTIONS - CONCURRENT);
    await batch(items.slice(begin, begin + CONCURRENT));
    evaluated += CONCURRENT;
  } while (performance.now() - began < ROUND_MS);
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (evaluated / (performance.now() - began)) * 1000, cpu: (user + system) / evaluated };
}

function print(
  figures: readonly { readonly engine: string; readonly perSecond: Spread; readonly cpu: Spread }[],
  rules: number,
  share: number,
): void {
  console.log(
    `${rules} rules, ${TRANSACTIONS} transactions, ${Math.round(share * 100)} % of them with a hit, seed ${SEED}`,
  );
  console.log(`${"".padEnd(24)}transactions/s   us of CPU each (min..max)   ours is faster by`);
  const own = figures[0]!.cpu.median;
  for (const { engine, perSecond, cpu } of figures) {
    const ratio = engine.startsWith("ours") ? "" : `${(cpu.median / own).toFixed(0)}x`;
    const each = `${cpu.median.toFixed(2)} (${cpu.min.toFixed(2)}..${cpu.max.toFixed(2)})`;
    console.log(
      `${engine.padEnd(24)}${Math.round(perSecond.median).toString().padStart(14)}   ${each.padStart(25)}   ${ratio.padStart(17)}`,
    );
  }
}
