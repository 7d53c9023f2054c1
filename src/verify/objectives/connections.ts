import { digits } from "../amounts.ts";
import { checked, type Maker, unknown } from "./maker.ts";

export const connections: Maker<"connections"> = (promised, { measured }) => {
  const { to, atLeast } = promised;
  const title = `Connections to ${to}, all open at once`;
  const limit = { limit: atLeast, sense: "at-least", unit: "count" } as const;
  const seen = measured.store(to);
  if ("why" in seen || seen.value.connections === null)
    return [
      unknown(promised, {
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
    checked(promised, {
      ...limit,
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
