/** How people sign in. */
export interface PeopleConfig {
  /** What keys and authenticators' secrets are sealed by in the database; undefined where they are not. */
  secret: string | undefined;
  /** Proxies before this service that each add one address to X-Forwarded-For. */
  proxyHops: number;
}

/** A secret that somebody made up is guessed by whoever has the database. */
const SHORTEST_SECRET = 32;

/** Reads how people sign in from the environment; adds what is wrong to `problems`. An empty variable counts as absent. */
export function readPeopleConfig(env: Record<string, string | undefined>, problems: string[]): PeopleConfig {
  const secret = keyOf(env["PEOPLE_SECRET"] || undefined);
  if (secret !== undefined && secret.length < SHORTEST_SECRET) {
    problems.push(`PEOPLE_SECRET must have at least ${SHORTEST_SECRET} characters, made by chance`);
  }
  const hops = env["PROXY_HOPS"] || "0";
  if (!/^\d$/.test(hops)) problems.push("PROXY_HOPS must be a whole number from 0 to 9");
  return { secret, proxyHops: Number(hops) };
}

/** A secret comes as it is, or as Secrets Manager hands it out: JSON whose `key` it is. */
function keyOf(text: string | undefined): string | undefined {
  if (!text?.startsWith("{")) return text;
  try {
    const { key } = JSON.parse(text) as { key?: unknown };
    return typeof key === "string" ? key : text;
  } catch {
    return text;
  }
}
