import type { Facts, ScreeningMatch } from "./facts.ts";

/** Everything that an evaluation asked for, as JSON: kept with the decision, so that it can be replayed. */
export interface RecordedFacts {
  /** `receivedAt`, in milliseconds since 1970. */
  readonly at: number;
  /** Figures by definition id; decimal text beyond 2^53. Those that are not there were away. */
  readonly aggregates: Readonly<Record<string, number | string>>;
  /** List, value, and whether it was listed; null: away. */
  readonly lists: readonly (readonly [string, string, boolean | null])[];
  /** Name and its matches, best first, as entry, name and score; null: away. */
  readonly screening: readonly (readonly [string, readonly (readonly [string, string, number])[] | null])[];
  /** Rule, subject, and whether it was snoozed. */
  readonly snoozes: readonly (readonly [string, string, boolean])[];
}

/**
 * Facts that note what is asked of them. All aggregates are noted, asked for or not: they were fetched for this
 * transaction. What a fact's keeper fails to answer by throwing is away.
 */
export function recordFacts(facts: Facts): { readonly facts: Facts; recorded(): RecordedFacts } {
  const recorder = new Recorder(facts);
  return { facts: recorder, recorded: () => recorder.recorded() };
}

class Recorder implements Facts {
  readonly receivedAt: number;
  readonly aggregates: Facts["aggregates"];
  readonly #facts: Facts;
  readonly #lists: [string, string, boolean | null][] = [];
  readonly #screening: [string, [string, string, number][] | null][] = [];
  readonly #snoozes: [string, string, boolean][] = [];

  constructor(facts: Facts) {
    this.receivedAt = facts.receivedAt;
    this.aggregates = facts.aggregates;
    this.#facts = facts;
  }

  isListed(list: string, value: string): boolean | undefined {
    const answer = orAway(() => this.#facts.isListed(list, value));
    this.#lists.push([list, value, answer ?? null]);
    return answer;
  }

  screen(name: string): readonly ScreeningMatch[] | undefined {
    const matches = orAway(() => this.#facts.screen(name));
    this.#screening.push([name, matches?.map(({ entry, name, score }) => [entry, name, score]) ?? null]);
    return matches;
  }

  isSnoozed(rule: string, subject: string): boolean {
    const answer = orAway(() => this.#facts.isSnoozed(rule, subject)) ?? false;
    this.#snoozes.push([rule, subject, answer]);
    return answer;
  }

  recorded(): RecordedFacts {
    const aggregates: Record<string, number | string> = {};
    for (const [id, figure] of this.aggregates) {
      const number = Number(figure);
      aggregates[id] = Number.isSafeInteger(number) ? number : figure.toString();
    }
    return {
      at: this.receivedAt,
      aggregates,
      lists: this.#lists,
      screening: this.#screening,
      snoozes: this.#snoozes,
    };
  }
}

function orAway<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** Facts as they were recorded. What was not asked for then is away, and not snoozed. */
export function replayFacts({ at, aggregates, lists, screening, snoozes }: RecordedFacts): Facts {
  return {
    receivedAt: at,
    aggregates: new Map(Object.entries(aggregates).map(([id, figure]) => [id, BigInt(figure)])),
    isListed: (list, value) =>
      lists.find((asked) => asked[0] === list && asked[1] === value)?.[2] ?? undefined,
    screen: (name) =>
      screening
        .find((asked) => asked[0] === name)?.[1]
        ?.map(([entry, name, score]): ScreeningMatch => ({ entry, name, score })),
    isSnoozed: (rule, subject) =>
      snoozes.some((asked) => asked[0] === rule && asked[1] === subject && asked[2]),
  };
}
