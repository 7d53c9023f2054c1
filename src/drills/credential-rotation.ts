import type { TwinStatus } from "#twin/status.ts";
import type { Drill } from "./drill.ts";
import { clock } from "./samples.ts";
import { unsuitable } from "./targets.ts";

export const credentialRotation: Drill = {
  name: "credential-rotation",
  says: "gives a store's clients other credentials, and takes the old ones away when nobody uses them any more",
  ways: ["rotate"],
  seenBy: "clients",
  plan: ({ client, status }) => {
    const [rotation] = status.rotations;
    if (!rotation)
      throw unsuitable("none of its stores has credentials that rotate", "Try it on one with a database.");
    const { store, number } = rotation;
    const last = (now: TwinStatus) => now.rotations.find((each) => each.store === store);
    return {
      parts: [store],
      isNoticed: false,
      // The probe would have to learn the new credentials, as a service does by being restarted.
      writesToStore: false,
      isOver: (now) => {
        const { number: latest = number, step = null, failure = null } = last(now) ?? {};
        return latest > number && step === null && failure === null;
      },
      begin: async () => {
        const at = clock();
        await client.rotate(store);
        return { at, what: `the credentials of ${store} are rotated` };
      },
    };
  },
};
