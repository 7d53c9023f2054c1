import * as z from "zod";
import type { RotationState } from "#control/rotation/rotation-state.ts";
import { newPassword, type SecretFile } from "../secrets.ts";

const Credentials = z.object({ user: z.string(), version: z.int() });

/** How far rotation is, as it is kept through restarts; times as RFC 3339. */
const Kept = z.object({
  current: Credentials,
  pending: Credentials.nullable(),
  previous: Credentials.nullable(),
  rotatedAt: z.iso.datetime().nullable(),
});
export type KeptCredentials = z.output<typeof Kept>;

/** By Secrets Manager's staging labels; what is current has always been kept by this name. */
const names = (store: string) => ({
  current: `${store}.application`,
  pending: `${store}.application.pending`,
  previous: `${store}.application.previous`,
  state: `${store}.application.rotation`,
});

/** What is known of a store's credentials; the first user's first password where they were never rotated. */
export function keptCredentials(secrets: SecretFile, store: string, firstUser: string): KeptCredentials {
  const { data } = Kept.safeParse(parsed(secrets.kept(names(store).state)));
  return data ?? { current: { user: firstUser, version: 1 }, pending: null, previous: null, rotatedAt: null };
}

/** The passwords of today, by label; null where there is none. */
export function passwordsOf(
  secrets: SecretFile,
  store: string,
): { readonly current: string; readonly pending: string | null; readonly previous: string | null } {
  const { current, pending, previous } = names(store);
  return {
    current: secrets.password(current),
    pending: secrets.kept(pending),
    previous: secrets.kept(previous),
  };
}

/** Makes the pending password, where there is none yet. */
export function createPending(secrets: SecretFile, store: string, state: RotationState): void {
  const { pending } = names(store);
  const { rotatedAt } = keptCredentials(secrets, store, state.current.user);
  secrets.change({
    [pending]: secrets.kept(pending) ?? newPassword(),
    ...stateText(store, state, rotatedAt),
  });
}

/** Makes what is pending current, in one write: whoever starts from now on gets it. */
export function makeCurrent(secrets: SecretFile, store: string, state: RotationState): void {
  const label = names(store);
  const { current, pending } = passwordsOf(secrets, store);
  // Said again, it is so already.
  if (pending === null || state.pending === null) return;
  const finished = { ...state, current: state.pending, pending: null, previous: state.current };
  secrets.change({
    [label.current]: pending,
    [label.pending]: null,
    [label.previous]: current,
    ...stateText(store, finished, new Date().toISOString()),
  });
}

export function forgetPrevious(secrets: SecretFile, store: string, state: RotationState): void {
  const { rotatedAt } = keptCredentials(secrets, store, state.current.user);
  secrets.change({
    [names(store).previous]: null,
    ...stateText(store, { ...state, previous: null }, rotatedAt),
  });
}

function stateText(
  store: string,
  { current, pending, previous }: Pick<RotationState, "current" | "pending" | "previous">,
  rotatedAt: string | null,
): Record<string, string> {
  return {
    [names(store).state]: JSON.stringify({ current, pending, previous, rotatedAt } satisfies KeptCredentials),
  };
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
