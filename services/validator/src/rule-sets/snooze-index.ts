/** Until when a rule is muted for a subject, by rule and subject; milliseconds since 1970. */
export type SnoozeIndex = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Of several snoozes of a rule for one subject the last to end counts. */
export function indexSnoozes(snoozes: Iterable<{ rule: string; subject: string; until: Date }>): SnoozeIndex {
  const index = new Map<string, Map<string, number>>();
  for (const { rule, subject, until } of snoozes) {
    let subjects = index.get(rule);
    if (subjects === undefined) index.set(rule, (subjects = new Map()));
    subjects.set(subject, Math.max(subjects.get(subject) ?? 0, until.getTime()));
  }
  return index;
}
