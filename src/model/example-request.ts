import type { ResolvedArchitecture, ResolvedService } from "./architecture.ts";

type WebService = Extract<ResolvedService, { kind: "web" }>;

/** What a system can be asked, to see whether it answers. */
export interface ExampleRequest {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly body: unknown;
  /** Where an acknowledged one can be found; null where nobody says. */
  readonly written: NonNullable<NonNullable<WebService["example"]>["written"]> | null;
}

/** The architecture's first example; where it has none, the health check of the first service that a route leads to. */
export function exampleRequest({ services, entry }: ResolvedArchitecture): ExampleRequest | null {
  for (const [service, definition] of Object.entries(services)) {
    if (definition.kind !== "web" || !definition.example) continue;
    const { method, path, body, written } = definition.example;
    return { service, method, path, body, written: written ?? null };
  }
  for (const { to } of entry.loadBalancer.routes) {
    const definition = typeof to === "string" ? services[to] : undefined;
    if (definition?.kind !== "web") continue;
    const { path } = definition.targetHealth;
    return { service: to as string, method: "GET", path, body: undefined, written: null };
  }
  return null;
}

/** What stands for something else in a service's example, and for what. */
export interface ExampleValues {
  /** `${NOW}`: RFC 3339. */
  readonly now: string;
  /** `${NUMBER}`: digits that no other request has. */
  readonly number: string;
  /** `${UUID}`: RFC 9562. */
  readonly uuid: string;
}

/** The text of an example with values in place of `${NOW}`, `${NUMBER}` and `${UUID}`. */
export function fillExample(text: string, { now, number, uuid }: ExampleValues): string {
  return text.replaceAll("${NOW}", now).replaceAll("${NUMBER}", number).replaceAll("${UUID}", uuid);
}
