import fc from "fast-check";
import { expect, test } from "vitest";

import { rule, ruleSet } from "../../test/rules.ts";
import { diffRuleSets } from "./diff.ts";

test("tells what was added, removed, changed and moved", () => {
  const from = ruleSet([rule("first"), rule("second"), rule("third", { score: 10 }), rule("fourth")]);
  const to = {
    ...ruleSet([rule("third", { score: 20, enabled: false }), rule("second"), rule("fifth"), rule("fourth")]),
    description: "new",
  };
  expect(diffRuleSets(from, to)).toEqual({
    fields: [{ field: "description", from: undefined, to: "new" }],
    added: [rule("fifth")],
    removed: [rule("first")],
    changed: [
      {
        rule: "third",
        fields: [
          { field: "score", from: 10, to: 20 },
          { field: "enabled", from: undefined, to: false },
        ],
      },
    ],
    reordered: true,
  });
});

test("nothing differs from itself, and what is said of one way holds the other way round", () => {
  const rules = fc
    .uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 })
    .chain((ids) => fc.tuple(...ids.map((id) => fc.constantFrom(1, 2).map((score) => rule(id, { score })))));
  fc.assert(
    fc.property(rules, rules, (a, b) => {
      const none = { fields: [], added: [], removed: [], changed: [], reordered: false };
      expect(diffRuleSets(ruleSet(a), ruleSet(a))).toEqual(none);
      const [there, back] = [diffRuleSets(ruleSet(a), ruleSet(b)), diffRuleSets(ruleSet(b), ruleSet(a))];
      expect([there.added, there.removed, there.reordered]).toEqual([
        back.removed,
        back.added,
        back.reordered,
      ]);
      expect(there.changed.map(({ rule }) => rule).sort()).toEqual(
        back.changed.map(({ rule }) => rule).sort(),
      );
    }),
  );
});
