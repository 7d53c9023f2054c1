import type { Context } from "../context.ts";
import { hostedZone } from "../context.ts";
import type { Expression } from "../hcl/expression.ts";

/** The architecture's name, for clients with IPv4 and IPv6, leads to what stands first. */
export function dnsOf(
  { architecture, stack }: Context,
  target: { readonly name: Expression<string>; readonly zone: Expression<string>; readonly isIpv6: boolean },
): void {
  const { dns } = architecture.entry;
  if (!dns) return;
  const add = stack.file("entry");
  for (const type of target.isIpv6 ? ["A", "AAAA"] : ["A"])
    add("aws_route53_record", type === "A" ? "main" : "main_ipv6", {
      zone_id: hostedZone,
      name: dns.domain,
      type,
      alias: { name: target.name, zone_id: target.zone, evaluate_target_health: true },
    });
}
