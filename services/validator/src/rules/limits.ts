/** What a rule set may cost at most: an evaluation is on the path of every payment. */
export const LIMITS = {
  rules: 200,
  /** Characters of one expression. */
  expressionLength: 4000,
  /** Characters of all expressions of a rule set together. */
  totalLength: 100_000,
  /** Nodes of one expression's syntax tree: literals, fields, operators, calls. */
  nodes: 1000,
  /** Parentheses, arguments and list elements within each other. */
  depth: 24,
  /** Elements of a list literal. */
  elements: 500,
  /** Different windowed figures of one rule set: each is a write to the windows for every transaction. */
  aggregates: 50,
  /** Different value lists of one rule set. */
  lists: 50,
  /** Different names that are screened for one transaction. */
  screenings: 4,
  /** Characters of a regular expression. */
  patternLength: 500,
  /** Steps of one regular expression for the worst text: about a millisecond. */
  patternSteps: 100_000,
  /** Steps of all regular expressions of a rule set together. */
  totalPatternSteps: 300_000,
  /** Points of one rule, in either direction. */
  points: 1000,
} as const;
