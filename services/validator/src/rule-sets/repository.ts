// Versions of the rule set as the database keeps them.
import type { Session } from "../database/session.ts";
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

const SUMMARY = `version, state, revision, hash, note, author, editors, approver, created_at as "createdAt",
  edited_at as "editedAt", published_at as "publishedAt"`;

/** As a query gives it. */
type Row<Stored extends VersionSummary> = Omit<Stored, "wasLive">;

const SUMMARY_JSON = ["editors"];
const WHOLE_JSON = ["editors", "document"];

function withLife<Summary extends { publishedAt: Date | null }>(row: Summary) {
  return { ...row, wasLive: row.publishedAt !== null };
}

export async function findVersion(client: Session, version: number): Promise<StoredVersion | undefined> {
  const text = `select ${SUMMARY}, document from rule_set_versions where version = $1`;
  const statement = { name: "rule-sets.find", text, values: [version], json: WHOLE_JSON };
  const [row] = (await client.query<Row<StoredVersion>>(statement)).rows;
  return row && withLife(row);
}

/** Of a version that is there. */
async function readVersion(client: Session, version: number): Promise<StoredVersion> {
  return (await findVersion(client, version)) as StoredVersion;
}

/** The live version and the shadows. */
export async function readRunning(client: Session): Promise<StoredVersion[]> {
  const text = `select ${SUMMARY}, document from rule_set_versions where state in ('live', 'shadow') order by version`;
  const { rows } = await client.query<Row<StoredVersion>>({
    name: "rule-sets.running",
    text,
    json: WHOLE_JSON,
  });
  return rows.map(withLife);
}

export async function findLive(client: Session): Promise<number | undefined> {
  const text = "select version from rule_set_versions where state = 'live'";
  return (await client.query<{ version: number }>({ name: "rule-sets.live", text })).rows[0]?.version;
}

/** Newest first, below version `after`. */
export async function listVersions(
  client: Session,
  { state, after, limit }: { state: VersionState | undefined; after: number | undefined; limit: number },
): Promise<VersionSummary[]> {
  const text = `select ${SUMMARY} from rule_set_versions
    where ($1::text is null or state = $1) and ($2::integer is null or version < $2)
    order by version desc limit $3`;
  const { rows } = await client.query<Row<VersionSummary>>({
    text,
    values: [state, after, limit],
    json: SUMMARY_JSON,
  });
  return rows.map(withLife);
}

/** Those that are there, in any order. */
export async function findVersions(client: Session, versions: readonly number[]): Promise<VersionSummary[]> {
  const { rows } = await client.query<Row<VersionSummary>>({
    text: `select ${SUMMARY} from rule_set_versions where version = any($1::integer[])`,
    values: [versions],
    json: SUMMARY_JSON,
  });
  return rows.map(withLife);
}

/** Documents by version. */
export async function findDocuments(
  client: Session,
  versions: readonly number[],
): Promise<Map<number, RuleSetDocument>> {
  const { rows } = await client.query<Pick<StoredVersion, "version" | "document">>({
    text: "select version, document from rule_set_versions where version = any($1::integer[])",
    values: [versions],
    json: ["document"],
  });
  return new Map(rows.map(({ version, document }) => [version, document]));
}

export async function nextVersion(client: Session): Promise<number> {
  const text = "select coalesce(max(version), 0) + 1 as version from rule_set_versions";
  const { rows } = await client.query<{ version: number }>({ text, numbers: ["version"] });
  return rows[0]?.version ?? 1;
}

/** What of a version a save writes; `canonical` is the document's canonical JSON. */
export interface VersionContent {
  readonly canonical: string;
  readonly hash: string;
  readonly note: string;
}

export async function insertVersion(
  client: Session,
  { version, state, editors }: Version,
  { canonical, hash, note }: VersionContent,
  at: Date,
): Promise<StoredVersion> {
  await client.query(
    `insert into rule_set_versions (version, state, document, hash, note, author, editors, created_at, edited_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
    [version, state, canonical, hash, note, editors[0], editors, at],
  );
  return readVersion(client, version);
}

export async function updateContent(
  client: Session,
  { version, editors }: Version,
  { canonical, hash, note }: VersionContent,
  at: Date,
): Promise<StoredVersion> {
  await client.query(
    `update rule_set_versions
     set document = $2, hash = $3, note = $4, editors = $5, edited_at = $6, revision = revision + 1
     where version = $1`,
    [version, canonical, hash, note, editors, at],
  );
  return readVersion(client, version);
}

export async function updateState(client: Session, { version, state }: Version): Promise<StoredVersion> {
  const text = "update rule_set_versions set state = $2, revision = revision + 1 where version = $1";
  await client.query(text, [version, state]);
  return readVersion(client, version);
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
export async function activate(client: Session, activation: NewActivation): Promise<StoredVersion> {
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
  await client.query(
    `update rule_set_versions
     set state = 'live', revision = revision + 1, approver = coalesce(approver, $2),
       published_at = coalesce(published_at, $3)
     where version = $1`,
    [version, approvedBy, at],
  );
  return readVersion(client, version);
}

/** Newest first, below id `after`. */
export async function listActivations(
  client: Session,
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

export async function findRollback(client: Session, version: number): Promise<RollbackRequest | undefined> {
  const { rows } = await client.query<Omit<RollbackRequest, "at"> & { at: Date }>(
    `select version, replaces, requested_by as "by", requested_at as "at" from rule_set_rollbacks where version = $1`,
    [version],
  );
  return rows[0] && { ...rows[0], at: rows[0].at.getTime() };
}

const INSERT_ROLLBACK = `insert into rule_set_rollbacks (version, replaces, requested_by, requested_at, reason)
  values ($1, $2, $3, $4, $5)`;
const REPLACED = "replaces = $2, requested_by = $3, requested_at = $4, reason = $5";

export async function saveRollback(
  client: Session,
  { version, replaces, by, at }: RollbackRequest,
  reason: string,
): Promise<void> {
  const text = {
    postgresql: `${INSERT_ROLLBACK} on conflict (version) do update set ${REPLACED}`,
    mysql: `${INSERT_ROLLBACK} on duplicate key update ${REPLACED}`,
  };
  await client.query({ text, values: [version, replaces, by, new Date(at), reason] });
}
