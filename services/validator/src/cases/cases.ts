// What people do with cases: each act and its record in one transaction.
import type pg from "pg";

import { recordAct } from "../audit/acts.ts";
import { inTransaction } from "../database/transaction.ts";
import { allowMatch, requireMatch } from "../http/preconditions.ts";
import { Problem } from "../http/problems.ts";
import {
  type CaseOutcome,
  findCase,
  type StoredCase,
  takeNext,
  updateAssignee,
  updateOutcome,
} from "./case-repository.ts";
import { type CaseEvent, insertEvent } from "./history-repository.ts";

/** Who acts, on which case, having read what. */
export interface Addressed {
  readonly actor: string;
  /** Whether they may decide about the work of others. */
  readonly leads: boolean;
  readonly id: string;
  readonly ifMatch: string | undefined;
}

export interface Cases {
  /** The first of the queue, now the actor's; undefined where nothing waits. No two actors get the same. */
  takeNext(actor: string): Promise<StoredCase | undefined>;
  /** A pending case becomes the actor's. Who leads gives any open case to anybody. */
  assign(addressed: Addressed, assignee: string): Promise<StoredCase>;
  /** Back into the queue. */
  release(addressed: Addressed): Promise<StoredCase>;
  note(addressed: Addressed, text: string): Promise<CaseEvent>;
  /** By its assignee only, who says what came out of it. */
  close(addressed: Addressed, outcome: CaseOutcome, note: string): Promise<StoredCase>;
}

export const caseTag = ({ id, revision }: Pick<StoredCase, "id" | "revision">) => `"${id}.${revision}"`;

export function createCases(pool: pg.Pool): Cases {
  return {
    takeNext: (actor) =>
      inTransaction(pool, "write", async (client) => {
        const taken = await takeNext(client, actor);
        if (taken !== undefined) {
          await insertEvent(client, taken.id, { actor, kind: "assigned", details: { to: actor } });
        }
        return taken;
      }),

    assign: ({ actor, leads, id, ifMatch }, assignee) =>
      inTransaction(pool, "write", async (client) => {
        const before = await open(client, id);
        requireMatch(ifMatch, caseTag(before));
        if (!leads) {
          if (assignee !== actor) throw leadNeeded("is for somebody else to take");
          if (before.assignee !== null && before.assignee !== actor) throw caseState("is somebody else's");
        }
        if (before.assignee === assignee) return before;
        const after = await updateAssignee(client, id, assignee);
        const details = { from: before.assignee, to: assignee };
        await insertEvent(client, id, { actor, kind: "assigned", details });
        return after;
      }),

    release: ({ actor, leads, id, ifMatch }) =>
      inTransaction(pool, "write", async (client) => {
        const before = await open(client, id);
        allowMatch(ifMatch, caseTag(before));
        if (before.assignee === null) return before;
        if (!leads && before.assignee !== actor) throw leadNeeded("is somebody else's");
        const after = await updateAssignee(client, id, null);
        await insertEvent(client, id, { actor, kind: "released", details: { from: before.assignee } });
        return after;
      }),

    note: ({ actor, id }, text) =>
      inTransaction(pool, "write", async (client) => {
        await open(client, id);
        return insertEvent(client, id, { actor, kind: "noted", details: { text } });
      }),

    close: ({ actor, id, ifMatch }, outcome, note) =>
      inTransaction(pool, "write", async (client) => {
        const before = await open(client, id);
        // What came in since it was read is not closed with the rest.
        requireMatch(ifMatch, caseTag(before));
        if (before.assignee !== actor) throw caseState("is not assigned to you");
        const after = await updateOutcome(client, id, outcome, actor);
        await insertEvent(client, id, { actor, kind: "closed", details: { outcome, note } });
        const details = { outcome, note, alerts: before.alerts };
        await recordAct(client, { actor, act: "case.closed", subject: `cases/${id}`, details });
        return after;
      }),
  };
}

/** The case as it is until the transaction ends. One that is closed stays as it is. */
async function open(client: pg.ClientBase, id: string): Promise<StoredCase> {
  const found = await findCase(client, id, "for update");
  if (found === undefined) throw new Problem("case_not_found");
  if (found.state === "closed") throw caseState("is closed");
  return found;
}

function caseState(message: string): Problem {
  return new Problem("case_state", [{ code: "case_state", message, pointer: "" }]);
}

function leadNeeded(message: string): Problem {
  return new Problem("forbidden", [
    { code: "forbidden", message: `${message}: takes the role approver`, pointer: "" },
  ]);
}
