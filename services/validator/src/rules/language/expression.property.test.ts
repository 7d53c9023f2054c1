import fc from "fast-check";
import { expect, test } from "vitest";

import { expressions, facts, transactions } from "../testing/arbitrary.ts";
import { runByLibrary } from "../testing/library.ts";
import { Lookups } from "./compilation.ts";
import { compileExpression } from "./expression.ts";
import { Frame } from "./node.ts";

test("compiled expressions answer what the CEL library answers, and fail where it raises", () => {
  let answered = 0;
  let failed = 0;
  fc.assert(
    fc.property(
      expressions,
      fc.array(fc.tuple(transactions, facts), { minLength: 4, maxLength: 4 }),
      (text, cases) => {
        const lookups = new Lookups();
        const expression = compileExpression(text, "", lookups);
        // The generator knows no sizes.
        fc.pre("run" in expression || expression[0]?.code !== "expression_too_large");
        if (!("run" in expression)) throw new Error(JSON.stringify(expression));
        for (const [transaction, known] of cases) {
          const answer = expression.run(new Frame(transaction, known, lookups.all.length));
          expect(answer).toBe(runByLibrary(text, transaction, known));
          if (answer === undefined) failed++;
          else answered++;
        }
      },
    ),
    { numRuns: 600 },
  );
  // Both kinds were met, not just one.
  expect(Math.min(answered, failed)).toBeGreaterThan(100);
});
