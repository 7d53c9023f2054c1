import { type Maker, unknown } from "./maker.ts";

/** What machines can do is computed by the static checks, from the instances' baselines; a twin's network is this machine's memory. */
export const dataFlow: Maker<"data-flow"> = (promised) => [
  unknown(promised, {
    title: promised.of === "uploads" ? "Uploads under load" : "The network under load",
    source: "measured",
    why: "a twin's network is this machine's memory, and its buckets are folders: a flow through them shows nothing about AWS's network",
    limit: promised.atLeast,
    sense: "at-least",
    unit: "bytes-per-second",
  }),
];
