// Versions of the rule set as PostgreSQL keeps them.
import type pg from "pg";

import type { RuleSetDocument } from "../rules/document.ts";
import type { RollbackRequest, Version, VersionState } from "./lifecycle.ts";

/** A version without its document. */
export interface VersionSummary extends Version {
  /** Counts its changes; with the version it makes the entity tag. */
  readonly revision: number;
  /** SHA-256 of the document's canonical JSON, in hexadecimal. */
  readonly hash: string;
  readonly note: string;
  readonly author: string;
  readonly approver: string | null;
  readonly createdAt: Date;
  readonly editedAt: Date;
  readonly publishedAt: Date | null;
}

export interface StoredVersion extends VersionSummary {
  readonly document: RuleSetDocument;
}

/** Which version was live from when to when, and by whom. */
export interface Activation {
  readonly id: number;
  readonly version: number;
  readonly kind: "publish" | "rollback";
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly reason: string;
  readonly liveFrom: Date;
  readonly liveTo: Date | null;
}

type Client = pg.Pool | pg.ClientBase;

const SUMMARY = `version, state, revision, hash, note, author, editors, approver, created_at as "createdAt",
  edited_at as "editedAt", published_at as "publishedAt", published_at is not null as "wasLive"`;

export async function findVersion(client: Client, version: number): Promise<StoredVersion | undefined> {
  const text = `select ${SUMMARY}, document from rule_set_versions where version = $1`;
  return (await client.query<StoredVersion>({ name: "rule-sets.find", text, values: [version] })).rows[0];
}

/** The live version and the shadows. */
export async function readRunning(client: Client): Promise<StoredVersion[]> {
  const text = `select ${SUMMARY}, document from rule_set_versions where state in ('live', 'shadow') order by version`;
  return (await client.query<StoredVersion>({ name: "rule-sets.running", text })).rows;
}

export async function findLive(client: Client): Promise<number | undefined> {
  const text = "select version from rule_set_versions where state = 'live'";
  return (await client.query<{ version: number }>({ name: "rule-sets.live", text })).rows[0]?.version;
}

/** Newest first, below version `after`. */
export async function listVersions(
  client: Client,
  { state, after, limit }: { state: VersionState | undefined; after: number | undefined; limit: number },
): Promise<VersionSummary[]> {
  const text = `select ${SUMMARY} from rule_set_versions
    where ($1::text is null or state = $1) and ($2::integer is null or version < $2)
    order by version desc limit $3`;
  return (await client.query<VersionSummary>(text, [state, after, limit])).rows;
}

export async function nextVersion(client: Client): Promise<number> {
  const text = "select coalesce(max(version), 0) + 1 as version from rule_set_versions";
  return (await client.query<{ version: number }>(text)).rows[0]?.version ?? 1;
}

/** What of a version a save writes; `canonical` is the document's canonical JSON. */
export interface VersionContent {
  readonly canonical: string;
  readonly hash: string;
  readonly note: string;
}

export async function insertVersion(
  client: Client,
  { version, state, editors }: Version,
  { canonical, hash, note }: VersionContent,
  at: Date,
): Promise<StoredVersion> {
  const { rows } = await client.query<StoredVersion>(
    `insert into rule_set_versions (version, state, document, hash, note, author, editors, created_at, edited_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning ${SUMMARY}, document`,
    [version, state, canonical, hash, note, editors[0], editors, at],
  );
  return rows[0] as StoredVersion;
}

export async function updateContent(
  client: Client,
  { version, editors }: Version,
  { canonical, hash, note }: VersionContent,
  at: Date,
): Promise<StoredVersion> {
  const { rows } = await client.query<StoredVersion>(
    `update rule_set_versions
     set document = $2, hash = $3, note = $4, editors = $5, edited_at = $6, revision = revision + 1
     where version = $1 returning ${SUMMARY}, document`,
    [version, canonical, hash, note, editors, at],
  );
  return rows[0] as StoredVersion;
}

export async function updateState(client: Client, { version, state }: Version): Promise<StoredVersion> {
  const { rows } = await client.query<StoredVersion>(
    `update rule_set_versions set state = $2, revision = revision + 1
     where version = $1 returning ${SUMMARY}, document`,
    [version, state],
  );
  return rows[0] as StoredVersion;
}

export interface NewActivation {
  readonly version: number;
  readonly kind: Activation["kind"];
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly reason: string;
  readonly at: Date;
}

/** Makes a version the live one and retires the one before: there is no moment with two, and none without. */
export async function activate(client: Client, activation: NewActivation): Promise<StoredVersion> {
  const { version, kind, requestedBy, approvedBy, reason, at } = activation;
  await client.query(
    "update rule_set_versions set state = 'retired', revision = revision + 1 where state = 'live'",
  );
  await client.query("update rule_set_activations set live_to = $1 where live_to is null", [at]);
  await client.query("delete from rule_set_rollbacks");
  await client.query(
    `insert into rule_set_activations (version, kind, requested_by, approved_by, reason, live_from)
     values ($1, $2, $3, $4, $5, $6)`,
    [version, kind, requestedBy, approvedBy, reason, at],
  );
  const { rows } = await client.query<StoredVersion>(
    `update rule_set_versions
     set state = 'live', revision = revision + 1, approver = coalesce(approver, $2),
       published_at = coalesce(published_at, $3)
     where version = $1 returning ${SUMMARY}, document`,
    [version, approvedBy, at],
  );
  return rows[0] as StoredVersion;
}

/** Newest first, below id `after`. */
export async function listActivations(
  client: Client,
  { after, limit }: { after: number | undefined; limit: number },
): Promise<Activation[]> {
  const { rows } = await client.query<Activation>(
    `select id, version, kind, requested_by as "requestedBy", approved_by as "approvedBy", reason,
       live_from as "liveFrom", live_to as "liveTo"
     from rule_set_activations where $1::integer is null or id < $1 order by id desc limit $2`,
    [after, limit],
  );
  return rows;
}

export async function findRollback(client: Client, version: number): Promise<RollbackRequest | undefined> {
  const { rows } = await client.query<Omit<RollbackRequest, "at"> & { at: Date }>(
    `select version, replaces, requested_by as "by", requested_at as "at" from rule_set_rollbacks where version = $1`,
    [version],
  );
  return rows[0] && { ...rows[0], at: rows[0].at.getTime() };
}

export async function saveRollback(
  client: Client,
  { version, replaces, by, at }: RollbackRequest,
  reason: string,
): Promise<void> {
  await client.query(
    `insert into rule_set_rollbacks (version, replaces, requested_by, requested_at, reason) values ($1, $2, $3, $4, $5)
     on conflict (version) do update set replaces = excluded.replaces, requested_by = excluded.requested_by,
       requested_at = excluded.requested_at, reason = excluded.reason`,
    [version, replaces, by, new Date(at), reason],
  );
}
