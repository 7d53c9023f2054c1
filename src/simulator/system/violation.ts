/** Something is so that must never be. `rule` stays the same while a schedule is made shorter; the message has the particulars. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(message);
    this.name = "Violation";
    this.rule = rule;
  }
}

/** Throws a violation unless the condition holds; the message is made only then. */
export function must(condition: boolean, rule: string, message: () => string): asserts condition {
  if (!condition) throw new Violation(rule, message());
}
