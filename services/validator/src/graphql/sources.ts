// Where answers come from: the same reads as the other routes have, and each of them for many at once.
import { type AuditAct, type AuditActFilter, listActs } from "../audit/act-repository.ts";
import type { CaseStore } from "../cases/store.ts";
import type { Session } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import type { DecisionFilter, DecisionReader, FoundDecision } from "../decisions/reader.ts";
import { findPerson, listPeople, type StoredPerson } from "../people/person-repository.ts";
import {
  findList,
  type ListedValue,
  listLists,
  listValuesOf,
  type StoredList,
} from "../rule-sets/list-repository.ts";
import {
  findDocuments,
  findLive,
  findVersions,
  listVersions,
  type VersionSummary,
} from "../rule-sets/repository.ts";
import type { RuleSetDocument } from "../rules/document.ts";
import { findUpload, listUploads, type Upload } from "../uploads/repository.ts";

interface Page {
  readonly after: string;
  readonly limit: number;
}

/** Everything here rejects with StoreUnavailable where the store does not answer. */
export interface Sources {
  readonly cases: Pick<CaseStore, "find" | "list" | "alerts" | "events" | "alertsOf" | "eventsOf">;
  decisions(filter: DecisionFilter): Promise<FoundDecision[]>;
  decisionsById(ids: readonly string[]): Promise<FoundDecision[]>;
  liveVersion(): Promise<number | undefined>;
  versions(page: Parameters<typeof listVersions>[1]): Promise<VersionSummary[]>;
  versionsByNumber(versions: readonly number[]): Promise<VersionSummary[]>;
  documentsByNumber(versions: readonly number[]): Promise<Map<number, RuleSetDocument>>;
  list(name: string): Promise<StoredList | undefined>;
  lists(page: Page): Promise<StoredList[]>;
  valuesOf(names: readonly string[], page: Page): Promise<Map<string, ListedValue[]>>;
  person(name: string): Promise<StoredPerson | undefined>;
  people(page: Page): Promise<StoredPerson[]>;
  upload(id: string): Promise<Upload | undefined>;
  uploads(page: Parameters<typeof listUploads>[1]): Promise<Upload[]>;
  acts(filter: AuditActFilter): Promise<AuditAct[]>;
}

export interface SourcesParts {
  readonly session: Session;
  readonly reader: Pick<DecisionReader, "list" | "findMany">;
  readonly cases: Sources["cases"];
}

export function createSources({ session, reader, cases }: SourcesParts): Sources {
  return {
    cases,
    decisions: (filter) => available(() => reader.list(filter)),
    decisionsById: (ids) => available(() => reader.findMany(ids)),
    liveVersion: () => available(() => findLive(session)),
    versions: (page) => available(() => listVersions(session, page)),
    versionsByNumber: (versions) => available(() => findVersions(session, versions)),
    documentsByNumber: (versions) => available(() => findDocuments(session, versions)),
    list: (name) => available(() => findList(session, name)),
    lists: (page) => available(() => listLists(session, page)),
    valuesOf: (names, page) => available(() => listValuesOf(session, names, page)),
    person: (name) => available(() => findPerson(session, name)),
    people: (page) => available(() => listPeople(session, page)),
    upload: (id) => available(() => findUpload(session, id)),
    uploads: (page) => available(() => listUploads(session, page)),
    acts: (filter) => available(() => listActs(session, filter)),
  };
}
