import { randomUUIDv7 } from "node:crypto";

import { type Act, recordAct } from "../audit/acts.ts";
import type { Session } from "../database/session.ts";
import { insertSnapshot } from "./repository.ts";
import { type Change, hashOf, spelled } from "./snapshot.ts";

/** Records an act with what it has changed, in the session's transaction: neither is there without the other. */
export async function recordChange(
  session: Session,
  act: Act,
  { version, ...change }: Change,
): Promise<void> {
  const id = act.id ?? randomUUIDv7();
  const texts = { before: spelled(change.before), after: spelled(change.after) };
  await recordAct(session, { ...act, id, details: { ...act.details, snapshot: hashOf(texts) } });
  await insertSnapshot(session, {
    id,
    subject: act.subject,
    version,
    act: act.act,
    actor: act.actor,
    ...texts,
  });
}
