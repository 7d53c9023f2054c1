// Answers of the API, made of what is stored. A route's schema leaves out what it does not know.
import { ROLLBACK_LAPSES, type RollbackRequest } from "./lifecycle.ts";
import type { ListedValue, StoredList } from "./list-repository.ts";
import type { ListChange } from "./lists.ts";
import type { Activation, StoredVersion, VersionSummary } from "./repository.ts";
import type { Snooze } from "./snooze-repository.ts";

const iso = (date: Date) => date.toISOString();
const isoOrNull = (date: Date | null) => date && iso(date);

export function summaryBody({
  version,
  state,
  hash,
  note,
  author,
  editors,
  approver,
  ...times
}: VersionSummary) {
  return {
    version,
    state,
    hash,
    note,
    author,
    editors: [...editors],
    approver,
    createdAt: iso(times.createdAt),
    editedAt: iso(times.editedAt),
    publishedAt: isoOrNull(times.publishedAt),
  };
}

export function versionBody(stored: StoredVersion) {
  return { ...summaryBody(stored), document: stored.document };
}

export function rollbackBody({ version, replaces, by, at }: RollbackRequest) {
  return { version, replaces, requestedBy: by, approveBy: iso(new Date(at + ROLLBACK_LAPSES)) };
}

export function activationBody({ liveFrom, liveTo, ...activation }: Activation) {
  return { ...activation, liveFrom: iso(liveFrom), liveTo: isoOrNull(liveTo) };
}

export function listBody({ createdAt, changedAt, ...list }: StoredList) {
  return { ...list, createdAt: iso(createdAt), changedAt: iso(changedAt) };
}

export function listChangeBody({ list, added, removed }: ListChange) {
  return { added, removed, size: list.size };
}

export function listedValueBody({ addedAt, ...listed }: ListedValue) {
  return { ...listed, addedAt: iso(addedAt) };
}

export function snoozeBody({ createdAt, until, endedAt, ...snooze }: Snooze) {
  return { ...snooze, createdAt: iso(createdAt), until: iso(until), endedAt: isoOrNull(endedAt) };
}
