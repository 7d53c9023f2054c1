import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { ArgumentsOf } from "../stack.ts";
import type { TargetGroups } from "./load-balancer.ts";

type Route = ResolvedArchitecture["entry"]["loadBalancer"]["routes"][number];
type Rule = Omit<ArgumentsOf<"aws_lb_listener_rule">, "listener_arn" | "priority">;
type RuleAction = Extract<Rule["action"], { readonly type: unknown }>;
type DefaultAction = Extract<ArgumentsOf<"aws_lb_listener">["default_action"], { readonly type: unknown }>;

/** What the twin answers, too, when no route meets a request. */
const NOTHING_THERE = {
  type: "fixed-response",
  fixed_response: { status_code: "404", content_type: "text/plain", message_body: "Not found" },
} as const;

/** Rules in the order in which they are tried. A last route that meets every request is the listener's default. */
export function routingOf(
  routes: readonly Route[],
  targetGroups: TargetGroups,
): { readonly fallback: DefaultAction; readonly rules: readonly Rule[] } {
  const last = routes.at(-1);
  const isDefault = last !== undefined && last.path === "/*" && last.host === undefined;
  return {
    fallback: isDefault ? actionOf(last, targetGroups) : NOTHING_THERE,
    rules: (isDefault ? routes.slice(0, -1) : routes).map((route) => ({
      action: actionOf(route, targetGroups),
      condition: [
        { path_pattern: { values: [route.path] } },
        ...(route.host === undefined ? [] : [{ host_header: { values: [route.host] } }]),
      ],
    })),
  };
}

function actionOf({ to, respond, redirect }: Route, targetGroups: TargetGroups): RuleAction & DefaultAction {
  const group = to === undefined ? undefined : targetGroups[to];
  if (group) return { type: "forward", target_group_arn: group.ref("arn") };
  if (respond) {
    const { status, body, contentType } = respond;
    return {
      type: "fixed-response",
      fixed_response: { status_code: String(status), content_type: contentType, message_body: body },
    };
  }
  return redirect ? { type: "redirect", redirect: redirectOf(redirect) } : NOTHING_THERE;
}

/** What a redirect does not name keeps the request's own. */
function redirectOf({ to, status }: NonNullable<Route["redirect"]>) {
  const target = URL.parse(to, "https://host.invalid");
  const isElsewhere = target !== null && target.host !== "host.invalid";
  return {
    status_code: `HTTP_${status}`,
    path: target?.pathname,
    query: target?.search ? target.search.slice(1) : undefined,
    ...(isElsewhere
      ? {
          host: target.hostname,
          protocol: target.protocol.slice(0, -1).toUpperCase(),
          port: target.port === "" ? (target.protocol === "https:" ? "443" : "80") : target.port,
        }
      : {}),
  };
}
