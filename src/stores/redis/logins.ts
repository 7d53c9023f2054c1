import { type Access, ask } from "./connection.ts";
import { sha256 } from "./settings.ts";

/** The user that services log in as; it may have several passwords. */
export const APPLICATION_USER = "default";

/**
 * Lets services log in with a password beside those that there are, or no more with one. Sessions that were opened with
 * it go on. A node keeps it until it is started again.
 * https://redis.io/docs/latest/commands/acl-setuser/
 */
export async function setPassword(
  supervisor: Access,
  password: string,
  { accepted }: { readonly accepted: boolean },
  timeoutMs: number,
): Promise<void> {
  const rule = `${accepted ? "#" : "!"}${sha256(password)}`;
  try {
    await ask(supervisor, timeoutMs, "ACL", "SETUSER", APPLICATION_USER, rule);
  } catch (error) {
    // One that was started since then does not know the old password: what is wanted is so.
    if (accepted || !(error as Error).message.includes("does not exist")) throw error;
  }
}
