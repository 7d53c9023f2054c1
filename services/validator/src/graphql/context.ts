import type { Role } from "../access/roles.ts";
import type { Loaders } from "./loaders.ts";
import type { Sources } from "./sources.ts";

/** What resolvers know of a request. */
export interface Context {
  /** Of whoever asks. */
  readonly roles: ReadonlySet<Role>;
  readonly sources: Sources;
  /** What was read for this request. */
  readonly loaders: Loaders;
  /** Milliseconds since 1970. */
  readonly now: number;
}
