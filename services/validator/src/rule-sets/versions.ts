// What people do with versions of the rule set: each act checked by the lifecycle, stored and recorded in one change.
import { emit } from "../events/outbox.ts";
import { allowMatch, requireMatch } from "../http/preconditions.ts";
import { Problem } from "../http/problems.ts";
import type { MakeChange, Change } from "./changes.ts";
import { requireRunnable } from "./checking.ts";
import * as lifecycle from "./lifecycle.ts";
import {
  activate,
  findLive,
  findRollback,
  findVersion,
  insertVersion,
  nextVersion,
  saveRollback,
  updateContent,
  updateState,
  type StoredVersion,
  type VersionContent,
  type VersionSummary,
} from "./repository.ts";

/** Who acts on what, and what they have read of it. */
interface Addressed {
  readonly actor: string;
  readonly version: number;
  readonly ifMatch: string | undefined;
}

/** `replaces` is the version that the caller takes to be live. */
interface Replacing extends Addressed {
  readonly replaces: number | null;
  readonly reason: string;
}

export interface Versions {
  create(actor: string, content: VersionContent): Promise<StoredVersion>;
  edit(to: Addressed & { content: VersionContent }): Promise<StoredVersion>;
  publish(to: Replacing): Promise<StoredVersion>;
  /** The version live again, or the request that waits for somebody else. */
  rollback(to: Replacing): Promise<StoredVersion | lifecycle.RollbackRequest>;
  startShadow(to: Addressed): Promise<StoredVersion>;
  stopShadow(to: Addressed): Promise<StoredVersion>;
}

export const versionTag = ({ version, revision }: VersionSummary) => `"${version}.${revision}"`;

const subjectOf = (version: number) => `rule-sets/${version}`;

const wholeOf = (before: StoredVersion | null, after: StoredVersion) => ({
  version: after.revision,
  before,
  after,
});

export function createVersions(change: MakeChange): Versions {
  return {
    create: (actor, content) =>
      change(actor, async ({ client, at, record }) => {
        const version = lifecycle.create(await nextVersion(client), actor);
        const stored = await insertVersion(client, version, content, at);
        const { hash, note } = content;
        await record(
          "rule_set.created",
          subjectOf(stored.version),
          { hash, note },
          undefined,
          wholeOf(null, stored),
        );
        return stored;
      }),

    edit: ({ actor, version, ifMatch, content }) =>
      change(actor, async ({ client, at, record }) => {
        const before = await existing(client, version);
        requireMatch(ifMatch, versionTag(before));
        const stored = await updateContent(client, lifecycle.edit(before, actor), content, at);
        const { hash, note } = content;
        const details = { from: before.hash, hash, note };
        await record("rule_set.edited", subjectOf(version), details, undefined, wholeOf(before, stored));
        return stored;
      }),

    publish: ({ actor, version, ifMatch, replaces, reason }) =>
      change(actor, async ({ client, at, record }) => {
        const before = await existing(client, version);
        // What is approved is what was read, and not what somebody made of it since.
        requireMatch(ifMatch, versionTag(before));
        lifecycle.publish(before, { actor, live: await findLive(client), replaces });
        await requireRunnable(client, before);
        const people = { requestedBy: before.author, approvedBy: actor };
        const stored = await activate(client, { version, kind: "publish", ...people, reason, at });
        const details = { replaces, hash: stored.hash, editors: before.editors, reason };
        await record("rule_set.published", subjectOf(version), details, "decides", wholeOf(before, stored));
        await tell(client, "rule-set.published", stored, actor);
        return stored;
      }),

    rollback: ({ actor, version, ifMatch, replaces, reason }) =>
      change(actor, async ({ client, at, record }) => {
        const before = await existing(client, version);
        allowMatch(ifMatch, versionTag(before));
        const [live, pending] = [await findLive(client), await findRollback(client, version)];
        const next = lifecycle.rollback(before, { actor, live, replaces, pending, now: at.getTime() });
        if (next.version === undefined) {
          await saveRollback(client, next.request, reason);
          await record("rule_set.rollback_requested", subjectOf(version), { replaces, reason });
          return next.request;
        }
        await requireRunnable(client, before);
        const people = { requestedBy: next.request.by, approvedBy: actor };
        const stored = await activate(client, { version, kind: "rollback", ...people, reason, at });
        const details = { replaces, hash: stored.hash, requestedBy: next.request.by, reason };
        await record("rule_set.rolled_back", subjectOf(version), details, "decides", wholeOf(before, stored));
        await tell(client, "rule-set.rolled-back", stored, actor);
        return stored;
      }),

    startShadow: (to) =>
      change(to.actor, async (made) => {
        const before = await existing(made.client, to.version);
        if (before.state !== "shadow") await requireRunnable(made.client, before);
        return setShadow(made, to, before, lifecycle.startShadow(before));
      }),

    stopShadow: (to) =>
      change(to.actor, async (made) => {
        const before = await existing(made.client, to.version);
        return setShadow(made, to, before, lifecycle.stopShadow(before));
      }),
  };
}

function tell(
  client: Change["client"],
  kind: "rule-set.published" | "rule-set.rolled-back",
  { version, hash }: StoredVersion,
  by: string,
): Promise<void> {
  return emit(client, kind, { subject: subjectOf(version) }, { version, hash, by });
}

/** Nothing is written where nothing changes: starting twice is starting once. */
async function setShadow(
  { client, record }: Change,
  { version, ifMatch }: Addressed,
  before: StoredVersion,
  after: lifecycle.Version,
): Promise<StoredVersion> {
  allowMatch(ifMatch, versionTag(before));
  if (after.state === before.state) return before;
  const stored = await updateState(client, after);
  const act = after.state === "shadow" ? "rule_set.shadow_started" : "rule_set.shadow_stopped";
  await record(act, subjectOf(version), { hash: stored.hash }, "decides", wholeOf(before, stored));
  return stored;
}

async function existing(client: Change["client"], version: number): Promise<StoredVersion> {
  const found = await findVersion(client, version);
  if (found === undefined) throw new Problem("rule_set_not_found");
  return found;
}
