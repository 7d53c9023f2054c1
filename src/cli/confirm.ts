import { createInterface } from "node:readline/promises";
import { PlumblineError } from "#model/errors.ts";

/**
 * Asks before something is done that is not easily undone. Where nobody can be asked, `--yes` has to be given.
 * @throws PlumblineError NOT_CONFIRMED
 */
export async function confirm(
  what: string,
  { yes, json }: { readonly yes?: true; readonly json?: true },
): Promise<void> {
  if (yes) return;
  if (!json && process.stdin.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`${what} Go on? [y/N] `).finally(() => terminal.close());
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new PlumblineError("NOT_CONFIRMED", what, "Nothing was done. Give --yes to have it done.");
}
