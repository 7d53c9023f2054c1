import { isRecord, placesAt } from "../data.ts";
import { formatPath, type Problem } from "../problems.ts";
import type { Check } from "./check.ts";

const ACTIONS = ["to", "respond", "redirect"] as const;

/** Listeners that can be made, and routes that lead somewhere and to something that listens. */
export const checkEntry: Check = (architecture) => [
  ...placesAt(architecture, ["entry", "loadBalancer", "routes", "*"]).flatMap(([path, route]) =>
    checkRoute(architecture, path, route),
  ),
  ...checkListeners(architecture),
  ...checkStickiness(architecture),
  ...checkZonesOfSticky(architecture),
];

/**
 * A target group cannot be sticky with cross-zone load balancing turned off.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
 */
function checkZonesOfSticky(architecture: unknown): Problem[] {
  return placesAt(architecture, ["entry", "loadBalancer"]).flatMap(([path, loadBalancer]) => {
    if (!isRecord(loadBalancer) || loadBalancer["stickiness"] === undefined) return [];
    if (loadBalancer["crossZone"] !== false) return [];
    return [
      {
        code: "FIELDS_EXCLUDE",
        path: formatPath([...path, "stickiness"]),
        message: "sticky sessions need cross-zone load balancing",
        remedy: "Remove stickiness, or crossZone: false.",
      },
    ];
  });
}

/** An application's cookie has the name that the application gives it. */
function checkStickiness(architecture: unknown): Problem[] {
  return placesAt(architecture, ["entry", "loadBalancer", "stickiness"]).flatMap(([path, stickiness]) => {
    if (!isRecord(stickiness) || stickiness["kind"] !== "application" || stickiness["cookie"] !== undefined)
      return [];
    const message = "stickiness by the application's cookie needs the cookie's name";
    return [
      {
        code: "FIELD_MISSING",
        path: formatPath([...path, "cookie"]),
        message,
        remedy: 'Add cookie, or write kind: "duration".',
      },
    ];
  });
}

function checkRoute(architecture: unknown, path: readonly string[], route: unknown): Problem[] {
  if (!isRecord(route)) return [];
  const given = ACTIONS.filter((action) => route[action] !== undefined);
  if (given.length !== 1) {
    const message = given.length === 0 ? "the route leads nowhere" : `the route has ${given.length} actions`;
    return [
      {
        code: "FIELDS_EXCLUDE",
        path: formatPath(path),
        message,
        remedy: `Give exactly one of ${ACTIONS.join(", ")}.`,
      },
    ];
  }
  const [target] = placesAt(architecture, ["services", String(route["to"]), "kind"]);
  if (target === undefined || target[1] === "web") return [];
  const message = `the service "${String(route["to"])}" listens on no port`;
  return [
    {
      code: "REFERENCE_KIND",
      path: formatPath([...path, "to"]),
      message,
      remedy: 'Route to a service of kind "web".',
    },
  ];
}

function checkListeners(architecture: unknown): Problem[] {
  const certificate = placesAt(architecture, ["entry", "certificate"]).length > 0;
  const listeners = placesAt(architecture, ["entry", "loadBalancer", "listeners", "*"]);
  const hasHttps = listeners.some(([, listener]) => isRecord(listener) && listener["protocol"] === "https");
  const ports = new Set<unknown>();
  return listeners.flatMap(([path, listener]) => {
    if (!isRecord(listener)) return [];
    const problems: Problem[] = [];
    if (listener["protocol"] === "https" && !certificate) {
      const message = "an https listener needs a certificate";
      problems.push({
        code: "CERTIFICATE_MISSING",
        path: formatPath(path),
        message,
        remedy: "Add entry.certificate, or remove the listener.",
      });
    }
    if (listener["action"] === "redirect-to-https" && !hasHttps) {
      const message = "there is no https listener to redirect to";
      problems.push({
        code: "LISTENER_MISSING",
        path: formatPath(path),
        message,
        remedy: "Add an https listener, or forward.",
      });
    }
    if (ports.has(listener["port"])) {
      const message = `port ${String(listener["port"])} has a listener already`;
      problems.push({
        code: "PORT_REPEATED",
        path: formatPath([...path, "port"]),
        message,
        remedy: "Give each listener a port of its own.",
      });
    }
    ports.add(listener["port"]);
    return problems;
  });
}
