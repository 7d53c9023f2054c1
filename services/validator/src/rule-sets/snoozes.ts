// What people do with snoozes: each act stored and recorded in one change.
import { randomUUIDv7 } from "node:crypto";

import { Problem } from "../http/problems.ts";
import type { MakeChange } from "./changes.ts";
import { readRunning } from "./repository.ts";
import { countActiveSnoozes, endSnooze, findSnooze, insertSnooze, type Snooze } from "./snooze-repository.ts";

/** Every replica has the active ones in memory. */
const MOST_ACTIVE = 10_000;
/** What is muted for longer than a year is a rule to be changed. */
const LONGEST = 366 * 86_400_000;

export interface Snoozes {
  create(actor: string, snooze: Pick<Snooze, "rule" | "subject" | "reason" | "until">): Promise<Snooze>;
  /** Ends it now. One that has ended is left as it is. */
  end(actor: string, id: string): Promise<Snooze>;
}

export function createSnoozes(change: MakeChange): Snoozes {
  return {
    create: (actor, { rule, subject, reason, until }) =>
      change(actor, async (made) => {
        const { client, at } = made;
        const wait = until.getTime() - at.getTime();
        if (wait <= 0 || wait > LONGEST)
          refuse("until_out_of_range", "must be in the future, and within 366 days", "/until");
        const running = await readRunning(client);
        if (!running.some(({ document }) => document.rules.some(({ id }) => id === rule))) {
          refuse("rule_unknown", "is no rule of the live version or of a shadow", "/rule");
        }
        if ((await countActiveSnoozes(client)) >= MOST_ACTIVE) throw new Problem("too_many_snoozes");
        const snooze = await insertSnooze(made, { id: randomUUIDv7(), rule, subject, reason, until });
        const details = { rule, subject, until: until.toISOString(), reason };
        const whole = { version: 1, before: null, after: snooze };
        await made.record("snooze.created", `snoozes/${snooze.id}`, details, "decides", whole);
        return snooze;
      }),

    end: (actor, id) =>
      change(actor, async (made) => {
        const before = await findSnooze(made.client, id);
        if (before === undefined) throw new Problem("snooze_not_found");
        if (before.endedAt !== null || before.until <= made.at) return before;
        const snooze = await endSnooze(made, id);
        const details = { rule: snooze.rule, subject: snooze.subject };
        const whole = { version: 2, before, after: snooze };
        await made.record("snooze.ended", `snoozes/${id}`, details, "decides", whole);
        return snooze;
      }),
  };
}

function refuse(code: string, message: string, pointer: string): never {
  throw new Problem("invalid_request", [{ code, message, pointer }]);
}
