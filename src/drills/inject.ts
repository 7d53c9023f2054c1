import type { ControlClient } from "#twin/control-api/client.ts";
import type { Begun } from "./drill.ts";

type Fault = Parameters<ControlClient["inject"]>[0];

/** Puts a fault into the twin; its clock starts with the twin's own. */
export async function inject(client: ControlClient, fault: Fault): Promise<Begun> {
  const { id, since, description, active } = await client.inject(fault);
  const begun = { at: Date.parse(since), what: description };
  // One that ends with what it has befallen may be over by then, which is no failure.
  return active ? { ...begun, heal: async () => void (await client.heal(id)) } : begun;
}

/** One that the system ends by replacing what has it: it is not healed unless that does not come about. */
export async function injectOnce(client: ControlClient, fault: Fault): Promise<Begun> {
  const { heal, ...begun } = await inject(client, fault);
  return heal ? { ...begun, abandon: heal } : begun;
}
