import type { Finding } from "#model/evidence.ts";
import { classConnections, setConnections } from "#aws/connections.ts";
import { CONNECTION_MEMORY, SHORTEST_ROTATION } from "#aws/databases.ts";
import { type Check, type Found, judged, referencesTo } from "../finding.ts";
import { type Database, databases } from "../parts.ts";
import { grouped, time } from "../words.ts";

/** The parameters with which each engine refuses clients without TLS, and what switches them off. */
const TLS_OFF: Readonly<Record<string, readonly string[]>> = {
  "rds.force_ssl": ["0", "off"],
  require_secure_transport: ["0", "off"],
  tls: ["disabled"],
};

/** Parameters of databases that ask for more than the class has, or undo what is declared beside them. */
export const databaseParameters: Check = (architecture) =>
  databases(architecture).flatMap(([name, store]) =>
    store.hosting === "pods"
      ? []
      : [...connections(name, store), encrypted(name, store), ...rotation(name, store)],
  );

/** The default of RDS is what the class's memory is good for; a larger number does not make it more. */
function connections(name: string, store: Database): Finding[] {
  const set = setConnections(store);
  const most = classConnections(store);
  if (set === null || most === null) return [];
  const part = `stores.${name}.parameters.max_connections`;
  // Light connections may go beyond AWS's default; twice of it no memory is left for what they do.
  const isTooMany = set > 2 * most;
  const found: Found = {
    check: "max-connections",
    part,
    figure: set,
    limit: most,
    unit: "count",
    says: `max_connections is set to ${grouped(set)}. By its memory ${store.instance} is good for about ${grouped(most)}${isTooMany ? ": with so many open it runs out of memory" : ""}.`,
    references: referencesTo(CONNECTION_MEMORY),
  };
  const wanted = { [`stores.${name}.parameters`]: { ...store.parameters, max_connections: String(most) } };
  return [judged(!isTooMany, found, `Lower it to ${grouped(most)}, or take a larger class.`, wanted)];
}

function encrypted(name: string, { encryption, parameters, classification }: Database): Finding {
  const off = Object.entries(parameters).find(([parameter, value]) =>
    TLS_OFF[parameter]?.includes(value.toLowerCase()),
  );
  const isOpen = encryption.inTransit === "optional" && classification !== "public";
  const found: Found = {
    check: "clear-text",
    part: off ? `stores.${name}.parameters` : `stores.${name}.encryption.inTransit`,
    says: off
      ? `${off[0]} is ${off[1]}, so that ${name} takes clients without TLS${encryption.inTransit === "required" ? ", where encryption in transit is declared as required" : ""}.`
      : isOpen
        ? `${name} holds ${classification} data and takes clients without TLS.`
        : `TLS to ${name} is ${encryption.inTransit}.`,
  };
  const rest = Object.fromEntries(Object.entries(parameters).filter(([parameter]) => parameter !== off?.[0]));
  return judged(
    !off && !isOpen,
    found,
    off ? `Remove ${off[0]}, or switch it on.` : `Set stores.${name}.encryption.inTransit to "required".`,
    off ? { [`stores.${name}.parameters`]: rest } : { [`stores.${name}.encryption.inTransit`]: "required" },
  );
}

function rotation(name: string, { rotation: every }: Database): Finding[] {
  if (every === undefined) return [];
  const part = `stores.${name}.rotation`;
  const found: Found = {
    check: "rotation-time",
    part,
    figure: every,
    limit: SHORTEST_ROTATION.value,
    unit: "milliseconds",
    says: `The password of ${name} changes every ${time(every)}; Secrets Manager changes one every ${time(SHORTEST_ROTATION.value)} at the most.`,
    references: referencesTo(SHORTEST_ROTATION),
  };
  return [
    judged(every >= SHORTEST_ROTATION.value, found, "Rotate every 30 days.", { [part]: 30 * 86_400_000 }),
  ];
}
