import { digits } from "../amounts.ts";
import { check } from "../checks.ts";
import { about } from "../promises.ts";
import { type Maker, unknown } from "./maker.ts";

export const connections: Maker<"connections"> = (promised, { measured }) => {
  const { to, atLeast } = promised;
  const title = `Connections to ${to}, all open at once`;
  const limit = { limit: atLeast, sense: "at-least", unit: "count" } as const;
  const seen = measured.store(to);
  if ("why" in seen || seen.value.connections === null)
    return [
      unknown(promised, "measured", {
        title,
        source: "measured",
        why: "why" in seen ? seen.why : "nobody opened any",
        part: `stores.${to}`,
        ...limit,
      }),
    ];
  const { connections: held, profile, substitutes } = seen.value;
  const isHeld = held.open >= atLeast;
  return [
    check({
      ...about(promised),
      ...limit,
      id: `${promised.id}.measured`,
      title,
      source: "measured",
      profile,
      substitutes,
      figure: held.open,
      samples: held.asked,
      verdict: isHeld ? "holds" : "fails",
      says: `${digits(held.open)} of ${digits(held.asked)} connections were open at the same time, beside those of the services${held.error === null ? "" : `; the next one was refused: ${held.error}`}. The limit of the instance class on AWS is another one.`,
    }),
  ];
};
