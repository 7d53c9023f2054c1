// What administrators do with people: each act is stored and recorded in one transaction.
import { hashSecret } from "../access/api-key.ts";
import { readActiveKeys } from "../access/key-repository.ts";
import { endKey } from "../access/keys.ts";
import type { Role } from "../access/roles.ts";
import type { Session } from "../database/session.ts";
import { takeTurn } from "../database/turns.ts";
import { emit } from "../events/outbox.ts";
import { Problem } from "../http/problems.ts";
import { recordChange } from "../snapshots/record.ts";
import { saveInvitation } from "./invitation-repository.ts";
import {
  clearCredentials,
  countOtherAdministrators,
  findPerson,
  insertPerson,
  type StoredPerson,
  updateLock,
  updateRoles,
} from "./person-repository.ts";
import { makeInvitation } from "./secrets.ts";

/** A person who may sign up, with what is shown only once. */
export interface Invited {
  readonly person: StoredPerson;
  readonly invitation: string;
  readonly expiresAt: Date;
}

/** Milliseconds in which an invitation is to be taken up. */
const INVITATION_LIFE = 72 * 3_600_000;

export async function invite(
  client: Session,
  actor: string,
  { name, displayName, roles }: Pick<StoredPerson, "name" | "displayName" | "roles">,
  now: number,
): Promise<Invited> {
  const person = await insertPerson(client, { name, displayName, roles, invitedBy: actor });
  if (person === undefined) throw new Problem("person_exists");
  await record(client, actor, "person.invited", { before: null, after: person }, { displayName, roles });
  return { person, ...(await invitationFor(client, name, now)) };
}

/**
 * Nothing that they had proves them any more: they sign up again. The last administrator who can sign in does so by the
 * command alone (`mayBeLast`): the invitation is told to whoever asks for it, and nobody else could lock them.
 */
export async function reset(
  client: Session,
  actor: string,
  { name, reason, mayBeLast = false }: { name: string; reason: string; mayBeLast?: boolean },
  now: number,
): Promise<Invited> {
  await takeTurn(client, "people");
  const before = await existing(client, name);
  // Else whoever has somebody's token for five minutes had their account for good.
  refuseOneself(actor, name);
  if (!mayBeLast) await keepAnAdministrator(client, before);
  const person = await clearCredentials(client, name);
  await record(client, actor, "person.reset", { before, after: person }, { reason });
  return { person, ...(await invitationFor(client, name, now)) };
}

/** `check` is given the person as they are until the transaction ends, and throws where that is not what was read. */
export async function changeRoles(
  client: Session,
  actor: string,
  { name, roles, check }: { name: string; roles: readonly Role[]; check: (person: StoredPerson) => void },
): Promise<StoredPerson> {
  await takeTurn(client, "people");
  const before = await existing(client, name);
  check(before);
  refuseOneself(actor, name);
  if (!roles.includes("administrator")) await keepAnAdministrator(client, before);
  const person = await updateRoles(client, name, roles);
  const details = { from: before.roles, to: roles };
  await record(client, actor, "person.roles_changed", { before, after: person }, details);
  return person;
}

/** Also ends the API keys that act in their name; those do not come back. */
export async function lock(
  client: Session,
  actor: string,
  name: string,
  reason: string,
): Promise<StoredPerson> {
  await takeTurn(client, "people");
  const before = await existing(client, name);
  refuseOneself(actor, name);
  if (before.lockedAt !== null) return before;
  await keepAnAdministrator(client, before);
  const person = await updateLock(client, name, actor);
  await record(client, actor, "person.locked", { before, after: person }, { reason });
  await emit(client, "person.locked", { subject: `people/${name}` }, { person: name, by: actor });
  for (const { id, owner } of await readActiveKeys(client)) {
    if (owner === name) await endKey(client, actor, id);
  }
  return person;
}

export async function unlock(
  client: Session,
  actor: string,
  name: string,
  reason: string,
): Promise<StoredPerson> {
  await takeTurn(client, "people");
  const before = await existing(client, name);
  refuseOneself(actor, name);
  if (before.lockedAt === null) return before;
  const person = await updateLock(client, name, null);
  await record(client, actor, "person.unlocked", { before, after: person }, { reason });
  await emit(client, "person.unlocked", { subject: `people/${name}` }, { person: name, by: actor });
  return person;
}

async function existing(client: Session, name: string): Promise<StoredPerson> {
  const person = await findPerson(client, name, "for update");
  if (person === undefined) throw new Problem("person_not_found");
  return person;
}

function refuseOneself(actor: string, name: string): void {
  if (actor !== name) return;
  throw new Problem("second_person_needed", [
    { code: "second_person_needed", message: "is yourself: somebody else must do it", pointer: "" },
  ]);
}

/** Else nobody could make another one but by the command. */
async function keepAnAdministrator(client: Session, { name, roles }: StoredPerson): Promise<void> {
  if (roles.includes("administrator") && (await countOtherAdministrators(client, name)) === 0) {
    throw new Problem("last_administrator");
  }
}

async function invitationFor(client: Session, name: string, now: number) {
  const invitation = makeInvitation();
  const expiresAt = new Date(now + INVITATION_LIFE);
  await saveInvitation(client, { person: name, hash: hashSecret(invitation), expiresAt });
  return { invitation, expiresAt };
}

async function record(
  client: Session,
  actor: string,
  act: string,
  { before, after }: { before: StoredPerson | null; after: StoredPerson },
  details: object,
): Promise<void> {
  const subject = `people/${after.name}`;
  await recordChange(client, { actor, act, subject, details }, { version: after.revision, before, after });
}
