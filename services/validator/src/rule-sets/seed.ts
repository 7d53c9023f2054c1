import type pg from "pg";

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
 * service decides by rules from its first request on. `client` is in no transaction.
 */
export async function seedRules(client: pg.ClientBase): Promise<void> {
  await client.query("begin");
  try {
    await changeIn(client, SYSTEM, async (change) => {
      if ((await client.query("select from rule_set_versions limit 1")).rowCount !== 0) return;
      const { at } = change;
      const version = create(1, SYSTEM);
      const stored = await insertVersion(client, version, contentOf(starterRuleSet, "the first rules"), at);
      for (const list of compileStored(stored).lists)
        await insertList(change, list, "named by the first rules");
      const people = { requestedBy: SYSTEM, approvedBy: SYSTEM };
      await activate(client, { version: 1, kind: "publish", ...people, reason: "the first rules", at });
      await change.record(
        "rule_set.published",
        "rule-sets/1",
        { replaces: null, hash: stored.hash },
        "decides",
      );
    });
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}
