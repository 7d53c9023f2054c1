import type { CompiledRuleSet } from "../rules/evaluation.ts";
import type { Facts, ScreeningMatch } from "../rules/facts.ts";
import type { RecordedFacts } from "../rules/record.ts";
import type { AggregateDefinition, Aggregates } from "../velocity/aggregate.ts";
import type { Accumulation } from "./accumulation.ts";
import type { Origin } from "./comparison.ts";

/** What is asked where nothing was recorded. */
export interface References {
  /** As the list is now; undefined where there is none. */
  isListed(list: string, value: string): boolean | undefined;
  /** By the lists of now; undefined where there are none. */
  screen(name: string): readonly ScreeningMatch[] | undefined;
  /** As it was at a time (milliseconds since 1970). */
  isSnoozed(rule: string, subject: string, at: number): boolean;
}

export interface FactsParts {
  /** What is evaluated now. */
  readonly ruleSet: CompiledRuleSet;
  readonly recorded: RecordedFacts;
  /** Ids of the windows that the deciding version asked for: one without a figure was away. */
  readonly asked: ReadonlySet<string>;
  /** Figures that were made from the stored transactions. */
  readonly computed: Aggregates;
  readonly references: References;
  readonly notes: Pick<Accumulation, "asked">;
}

/**
 * The facts of a decision as they were recorded, so that the version that made it makes it again; and where it had not
 * asked, what can be known now. Notes which is which.
 */
export function pastFacts({ ruleSet, recorded, asked, computed, references, notes }: FactsParts): Facts {
  const aggregates = new Map<string, bigint>();
  for (const definition of ruleSet.aggregates) {
    const { id } = definition;
    const known = recorded.aggregates[id];
    const figure = known === undefined && !asked.has(id) ? computed.get(id) : known;
    if (figure !== undefined) aggregates.set(id, BigInt(figure));
    notes.asked("window", labelOf(definition), originOf(figure, known !== undefined));
  }

  return {
    receivedAt: recorded.at,
    aggregates,
    isListed(list, value) {
      const known = recorded.lists.find((one) => one[0] === list && one[1] === value);
      const answer = known === undefined ? references.isListed(list, value) : (known[2] ?? undefined);
      notes.asked("list", list, originOf(answer, known !== undefined));
      return answer;
    },
    screen(name) {
      const known = recorded.screening.find((one) => one[0] === name);
      const answer =
        known === undefined
          ? references.screen(name)
          : known[1]?.map(([entry, name, score]): ScreeningMatch => ({ entry, name, score }));
      notes.asked("screening", "", originOf(answer, known !== undefined));
      return answer;
    },
    isSnoozed(rule, subject) {
      const known = recorded.snoozes.find((one) => one[0] === rule && one[1] === subject);
      notes.asked("snooze", rule, known === undefined ? "recomputed" : "recorded");
      return known === undefined ? references.isSnoozed(rule, subject, recorded.at) : known[2];
    },
  };
}

function originOf(answer: unknown, isRecorded: boolean): Origin {
  if (answer === undefined) return "away";
  return isRecorded ? "recorded" : "recomputed";
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** As an expression asks for it: `count(1h, debtor.account)`. */
function labelOf({ function: name, window, key, of }: AggregateDefinition): string {
  const [unit, length] = UNITS.find(([, length]) => window % length === 0) ?? ["ms", 1];
  return `${name}(${[`${window / length}${unit}`, key, ...(of === null ? [] : [of])].join(", ")})`;
}
