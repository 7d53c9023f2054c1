import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { exampleTarget, type Target, targetOf } from "#load/target.ts";
import { PlumblineError } from "#model/errors.ts";
import { resolve } from "#model/resolve.ts";
import { loadArchitecture } from "#twin/architecture-file.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { authorityFile, authorityFolder } from "#twin/tls/authority.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

/**
 * What a user means by a URL, or by the name of a twin: that is asked by its architecture's example.
 * @throws PlumblineError as for the twin; TWIN_NOT_LISTENING
 */
export async function findTarget(name: string | undefined, cwd: string): Promise<Target> {
  if (name !== undefined && /^https?:\/\//.test(name))
    return targetOf(new URL(name), { method: "GET", body: null }, authorities());
  const record = requireRunning(chooseTwin(name, cwd));
  const { endpoint } = await new ControlClient(record).status();
  if (endpoint === null)
    throw new PlumblineError(
      "TWIN_NOT_LISTENING",
      `The load balancer of ${record.name} does not listen yet.`,
      `Wait for it: \`plumbline wait ${record.name}\`.`,
    );
  const architecture = resolve(await loadArchitecture(record.architectureFile), record.environment);
  return exampleTarget(architecture, endpoint, authorities());
}

/** Those that Node trusts, and Plumbline's own where there is one. */
function authorities(): string[] {
  try {
    return [...rootCertificates, readFileSync(authorityFile(authorityFolder()), "utf8")];
  } catch {
    return [...rootCertificates];
  }
}
