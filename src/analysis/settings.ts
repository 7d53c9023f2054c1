import type { ResolvedArchitecture } from "#model/architecture.ts";
import { deepFreeze } from "#model/data.ts";

type Container = Record<string, unknown>;

/**
 * The architecture with some settings changed, by path: `{ "stores.database.multiZone": true }`. Values are resolved ones:
 * milliseconds, bytes. An index counts the elements of a list. The sum of a change is what a remedy costs, so that the rules
 * of `resolve()` about how values go together are not asked again.
 *
 * @throws Error where a path leads through something that the architecture does not have: that is a bug of who made the path.
 */
export function withSettings(
  architecture: ResolvedArchitecture,
  set: Readonly<Record<string, unknown>>,
): ResolvedArchitecture {
  let changed: unknown = architecture;
  for (const [path, value] of Object.entries(set)) changed = replaced(changed, path.split("."), value, path);
  return deepFreeze(changed as ResolvedArchitecture);
}

/** A copy in which only what leads to the setting is new. */
function replaced(at: unknown, [key, ...rest]: readonly string[], value: unknown, path: string): unknown {
  if (key === undefined) return value;
  if (at === null || typeof at !== "object" || (rest.length > 0 && !Object.hasOwn(at, key)))
    throw new Error(`The architecture has nothing at "${path}".`);
  const copy = (Array.isArray(at) ? [...at] : { ...at }) as Container;
  copy[key] = replaced((at as Container)[key], rest, value, path);
  return copy;
}
