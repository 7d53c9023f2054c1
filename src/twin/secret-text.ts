import type { ResolvedArchitecture } from "#model/architecture.ts";

type Field = ResolvedArchitecture["secrets"][string]["holds"][number];

/**
 * A secret's value as Secrets Manager hands it out: JSON with the fields that it holds. The credentials of a store
 * are taken from its URL; whatever else is asked for is made by `invent`.
 */
export function secretText(
  holds: readonly Field[],
  storeUrl: string | undefined,
  invent: () => string,
): string {
  // An address with several hosts, as MongoDB has them, is no URL of the standard: it is told whole.
  const url = storeUrl === undefined ? null : URL.parse(storeUrl);
  const known: Readonly<Record<Field, string | undefined>> = {
    username: url?.username,
    password: url?.password,
    host: url?.hostname,
    port: url?.port,
    name: url?.pathname.slice(1),
    "connection-string": storeUrl,
    key: undefined,
  };
  return JSON.stringify(Object.fromEntries(holds.map((field) => [field, known[field] ?? invent()])));
}
