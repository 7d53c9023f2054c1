import fc from "fast-check";
import { expect, test } from "vitest";

import { FUNCTIONS, METHODS } from "./calls.ts";
import { Lookups } from "./compilation.ts";
import { compileExpression } from "./expression.ts";

/** Codes, positions and details of what is wrong; empty where it compiles. */
function problems(text: string): string[] {
  const compiled = compileExpression(text, "/rules/0/expression", new Lookups());
  return "run" in compiled
    ? []
    : compiled.map(
        ({ code, position, pointer }) => `${code} ${position?.start}-${position?.end}${pointer.slice(19)}`,
      );
}

test.each([
  ["amount >", "syntax 8-8"],
  ['debtor.name == "x', "syntax 15-17"],
  ["amount", "not_bool 0-6"],
  ["amout > 5", "unknown_variable 0-5"],
  ["debtor.iban == creditor.account", "unknown_variable 0-11"],
  ['debtor == "x"', "type_mismatch 0-6"],
  ["amount > '5'", "type_mismatch 0-12"],
  ["amount == 5.0", "type_mismatch 0-13"],
  ["!amount", "type_mismatch 1-7"],
  ["-device == device", "type_mismatch 0-7"],
  ["major % 2.0 > 1.0", "type_mismatch 0-11"],
  ["true < false", "type_mismatch 0-12"],
  ["amount > 9223372036854775808", "number_out_of_range 9-28"],
  ["amount > 5u", "not_supported 9-11"],
  ["device == null", "not_supported 10-14"],
  ['debtor["name"] == "x"', "not_supported 0-14"],
  ["[1, 2].exists(x, x > 1)", "unknown_function 0-23"],
  ["has(debtor.name)", "unknown_function 0-16"],
  ["__proto__.x == 1", "syntax 0-9"],
  ["constructor(1) == 1", "unknown_function 0-14"],
  ["device.split('') == device", "unknown_function 0-16"],
  ["device in [channel]", "literal_expected 11-18"],
  ["device in channel", "not_supported 10-17"],
  ["device in ['a', 1]", "type_mismatch 16-17"],
  ["major in [1.0]", "type_mismatch 0-5"],
  ["count('2x', device) > 1", "window_invalid 6-10"],
  ["count('31d', device) > 1", "window_invalid 6-11"],
  ["count(device, device) > 1", "window_invalid 6-12"],
  ["count('1h', device + ip) > 1", "key_invalid 12-23"],
  ["count('1h', 'device') > 1", "key_invalid 12-20"],
  ["count('1h') > 1", "type_mismatch 0-11"],
  ["sum('1h', amount) > 1", "type_mismatch 0-17"],
  ["countDistinct('1h', device, 'x') > 1", "key_invalid 28-31"],
  ["listed('Blocked', device)", "list_name_invalid 7-16"],
  ["listed(channel, device)", "list_name_invalid 7-14"],
  ["device.matches(channel)", "literal_expected 15-22"],
  ["(device + ip).matches('a')", "pattern_costly 1-12"],
  ["device.matches('(a+)+$')", "pattern_costly 15-23"],
  ["device.matches('(?=a)')", "pattern_invalid 15-22"],
  ["receivedAt.getHours('Mars/Olympus') > 1", "time_invalid 0-35"],
  ["createdAt > timestamp('2026-02-30T00:00:00Z')", "time_invalid 12-45"],
  ["receivedAt - createdAt > duration('1 day')", "time_invalid 25-42"],
])("%s is refused: %s", (text, problem) => {
  expect(problems(text)).toEqual([problem]);
});

test("everything that is wrong is said at once, with line and column", () => {
  const text = 'amout > 5 && debtor.name > 3\n  || listed("X", device) && foo(bar)';
  expect(problems(text)).toEqual([
    "unknown_variable 0-5",
    "type_mismatch 13-28",
    "list_name_invalid 41-44",
    "unknown_function 57-65",
  ]);
  const compiled = compileExpression(text, "", new Lookups());
  expect(compiled).toMatchObject([
    { message: "names what is not there: amout (line 1, column 1)" },
    { message: "puts types together that do not fit: string > int (line 1, column 14)" },
    { position: { line: 2, column: 13 } },
    { position: { line: 2, column: 29 } },
  ]);
});

test.each([
  ["characters", `device == "${"x".repeat(4000)}"`],
  ["nodes", Array.from({ length: 600 }, () => "true").join(" && ")],
  ["depth", `${"(".repeat(40)}true${")".repeat(40)}`],
  ["list elements", `amount in [${Array.from({ length: 600 }, (_, index) => index).join(", ")}]`],
])("an expression with too many %s is refused", (_what, text) => {
  expect(problems(text)).toEqual([expect.stringMatching(/^expression_too_large/)]);
});

test("whatever is written, there is an answer and no exception", () => {
  const signs =
    "amount device debtor . debtor.name receivedAt ( ) [ ] { } , : ? ! - + * / % && || == < in 'x' \"1h\" 5 5.0 1u null true exists cel bind r'a' b'x' ü😀 .?x // \n \\ $ 0x";
  const calls = [
    ...Object.keys(FUNCTIONS).map((name) => `${name}(`),
    ...Object.keys(METHODS).map((name) => `.${name}(`),
    "nothing.getHours('UTC')",
    "(-true).matches(device)",
  ];
  const words = fc.constantFrom(...signs.split(" "), ...calls);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 40 }),
        fc.array(words, { maxLength: 25 }).map((found) => found.join(" ")),
        fc.array(words, { maxLength: 25 }).map((found) => found.join("")),
      ),
      (text) => {
        const compiled = compileExpression(text, "", new Lookups());
        expect("run" in compiled || compiled.length > 0).toBe(true);
      },
    ),
    { numRuns: 1500 },
  );
});

test("one figure has one id and one slot, whatever its window is written as", () => {
  const lookups = new Lookups();
  compileExpression('count("1h", device) > 1', "", lookups);
  compileExpression('count("60m", device) > 2 || count("3600s", device) > 3', "", lookups);
  compileExpression('listed("a", device + "x  y") || listed("a", device + "x y")', "", lookups);
  expect(lookups.all.map(({ label }) => label)).toEqual([
    "count(1h, device)",
    'listed(a, device + "x  y")',
    'listed(a, device + "x y")',
  ]);
  expect(lookups.all[0]?.aggregate).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    function: "count",
    window: 3_600_000,
    key: "device",
    of: null,
  });
});
