import { time } from "../amounts.ts";
import { drilled } from "./drilled.ts";
import { measuredAs, scenarioOf, titleOf } from "./faults.ts";
import { type Maker, unknown } from "./maker.ts";
import { simulatedDuration } from "./simulated.ts";

export const dataLoss: Maker<"data-loss"> = (promised, { subject, measured }) => {
  const { from, within } = promised;
  const fault = titleOf(from);
  const scenario = scenarioOf(from);
  return [
    scenario === null
      ? unknown(promised, {
          title: `Writes lost in ${fault}, with AWS's timings`,
          source: "simulated",
          why: `no simulation has ${fault}`,
        })
      : simulatedDuration(promised, subject.simulate(scenario), {
          title: `Writes lost in ${fault}, with AWS's timings`,
          limitMs: within,
          of: ({ lossMs }) => lossMs,
          what: `After ${fault}, what is lost goes back`,
          hasSteps: false,
          never: "everything that was written is lost: no copy of it is left anywhere",
          nothing: "Nothing is lost: every acknowledged write is in a place that is left.",
        }),
    drilled(promised, measured, {
      drill: measuredAs(from, subject.architecture),
      title: `Writes lost in ${fault}, on the twin`,
      kind: "data-loss",
      limitMs: within,
      what: "The oldest write that was lost had been acknowledged before the fault by",
      beside: ({ rounds }) => {
        const every = rounds[0]?.lossWithinMs ?? null;
        return every === null ? "" : `The twin archives every ${time(every)}.`;
      },
    }),
  ];
};
