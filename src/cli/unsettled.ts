import type { TwinStatus } from "#twin/status.ts";

/** A service or a store that is not as it should be yet. */
export interface Unsettled {
  readonly name: string;
  /** How far it is: `1 of 2 healthy, 1 still to be replaced`. */
  readonly progress: string;
  /** What keeps it from going further; empty where that is not known. */
  readonly why: string;
}

/** What a twin still waits for, in words. */
export function unsettledOf({ unsettled, services, stores }: TwinStatus): Unsettled[] {
  return unsettled.map((name) => {
    const service = services.find((each) => each.name === name);
    if (!service) {
      const nodes = stores.find((each) => each.name === name)?.nodes ?? [];
      return { name, progress: nodes.map(({ id, state }) => `${id} ${state}`).join(", "), why: "" };
    }
    const { healthy, desired, outdated, trouble } = service;
    const old = outdated > 0 ? `, ${outdated} still to be replaced` : "";
    const again = (trouble?.failures ?? 0) > 1 ? `, ${trouble?.failures} failed starts in a row` : "";
    return {
      name,
      progress: `${healthy} of ${desired} healthy${old}`,
      why: trouble ? `${trouble.replica} ${trouble.reason}${again}` : "",
    };
  });
}
