import { simulatedDuration } from "./simulated.ts";
import type { Maker } from "./maker.ts";

export const rebuild: Maker<"rebuild"> = (promised, { subject }) => [
  simulatedDuration(promised, subject.rebuild(), {
    title: "The infrastructure, made anew from code",
    limitMs: promised.within,
    of: ({ infrastructureMs }) => infrastructureMs,
    what: "From nothing, without any data, it takes",
  }),
];
