import type { Connection } from "../database/session.ts";
import { starterRuleSet } from "../rules/starter.ts";
import { changeIn } from "./changes.ts";
import { compileStored, contentOf } from "./checking.ts";
import { create } from "./lifecycle.ts";
import { insertList } from "./list-repository.ts";
import { activate, insertVersion } from "./repository.ts";

/** In whose name a service begins; nobody can call themselves so. */
const SYSTEM = "system";

/**
 * Makes the starter rule set live as version 1, with the lists that it names, where there is no version yet: a new
 * service decides by rules from its first request on. `connection` is in no transaction.
 */
export async function seedRules(connection: Connection): Promise<void> {
  await connection.begin("write");
  try {
    await changeIn(connection, SYSTEM, async (change) => {
      if ((await connection.query("select version from rule_set_versions limit 1")).rowCount !== 0) return;
      const { at } = change;
      const version = create(1, SYSTEM);
      const stored = await insertVersion(
        change.client,
        version,
        contentOf(starterRuleSet, "the first rules"),
        at,
      );
      for (const list of compileStored(stored).lists)
        await insertList(change, list, "named by the first rules");
      const people = { requestedBy: SYSTEM, approvedBy: SYSTEM };
      await activate(change.client, {
        version: 1,
        kind: "publish",
        ...people,
        reason: "the first rules",
        at,
      });
      await change.record(
        "rule_set.published",
        "rule-sets/1",
        { replaces: null, hash: stored.hash },
        "decides",
      );
    });
    await connection.commit();
  } catch (error) {
    await connection.rollback().catch(() => {});
    throw error;
  }
}
