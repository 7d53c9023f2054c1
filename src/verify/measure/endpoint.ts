import type { Measured } from "../measured.ts";
import { type LoadPlan, sendLoad } from "./load.ts";

/** What a deployed system shows to those who ask it: load, and nothing else. Nothing of it is broken. */
export async function measureEndpoint(plan: LoadPlan, signal: AbortSignal): Promise<Measured> {
  const load = await sendLoad(plan, signal);
  const value = { ...load, profile: null, substitutes: [], utilisation: { cpu: null, memory: null } };
  return {
    busy: null,
    load: () => ({ value }),
    drill: () => ({ why: "nothing of a deployed system is broken" }),
    store: () => ({ why: "a deployed system is asked at its endpoint, and its stores are behind it" }),
  };
}
