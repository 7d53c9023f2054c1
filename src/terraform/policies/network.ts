import { blocks, ofType, referred } from "../reachability/evaluate.ts";
import { isWithin } from "../reachability/network.ts";
import { reachable } from "../reachability/reach.ts";
import { each, must, type Policy } from "./policy.ts";

const ANYWHERE = new Set(["0.0.0.0/0", "::/0"]);
/** Ports by which people administer machines. */
const ADMINISTRATION = [22, 3389];

export const NETWORK_POLICIES: readonly Policy[] = [
  {
    id: "flow-logs",
    severity: "medium",
    title: "The VPC's traffic is logged",
    references: { cis: "3.7", pciDss: "10.2.1", hipaa: "164.312(b)", soc2: "CC7.2" },
    remedy: "network.flowLogs is on by default",
    violations: each(["aws_vpc"], (_, stack, address) =>
      ofType(stack, "aws_flow_log").some(({ args }) => referred(args["vpc_id"]) === address)
        ? null
        : "no flow log",
    ),
  },
  {
    id: "no-administration-from-anywhere",
    severity: "high",
    title: "Nobody administers machines from the internet",
    references: { cis: "5.2", pciDss: "1.3.1", hipaa: "164.312(a)(1)", soc2: "CC6.6" },
    remedy: "Session Manager needs no open port",
    violations: each(["aws_vpc_security_group_ingress_rule"], (args) => {
      if (!ANYWHERE.has(String(args["cidr_ipv4"] ?? args["cidr_ipv6"]))) return null;
      const everything = args["ip_protocol"] === "-1";
      const [from, to] = [Number(args["from_port"]), Number(args["to_port"])];
      const open = ADMINISTRATION.filter((port) => everything || (from <= port && port <= to));
      return open.length > 0 ? `port ${open.join(" and ")} is open to the internet` : null;
    }),
  },
  {
    id: "default-security-group-closed",
    severity: "medium",
    title: "The VPC's default security group lets nothing through",
    references: { cis: "5.4", pciDss: "1.2.1", soc2: "CC6.6" },
    remedy: "take the override of aws_default_security_group.main away",
    violations: each(["aws_vpc"], (_, stack, address) => {
      const group = ofType(stack, "aws_default_security_group").find(
        ({ args }) => referred(args["vpc_id"]) === address,
      );
      return group && !group.args["ingress"] && !group.args["egress"] ? null : "it has rules";
    }),
  },
  {
    id: "stores-unreachable-from-internet",
    severity: "high",
    title: "The internet reaches the load balancer and nothing else",
    references: { cis: "5.1", pciDss: "1.4.4", hipaa: "164.312(a)(1)", soc2: "CC6.6" },
    remedy: "run `plumbline check --reachability` to see which rule opens the way",
    violations: (stack) =>
      reachable(stack)
        .filter(({ from, to }) => from === "internet" && to !== "load balancer")
        .map(({ to, ports }) => ({
          address: to,
          found: `reachable from the internet on ${ports.from} to ${ports.to}`,
        })),
  },
  {
    id: "groups-name-groups",
    severity: "medium",
    title: "Security groups inside name each other and no addresses",
    references: { pciDss: "1.2.5", soc2: "CC6.6" },
    remedy: "name the part in `uses`",
    violations: each(["aws_vpc_security_group_ingress_rule"], (args, stack) => {
      const network = args["cidr_ipv4"];
      const isEdge = referred(args["security_group_id"]) === "aws_security_group.load_balancer";
      if (network === undefined || isEdge) return null;
      const inside = ofType(stack, "aws_vpc").some(({ args: vpc }) =>
        isWithin(String(network), String(vpc["cidr_block"])),
      );
      return `${inside ? "a network inside" : "a network outside"} is let in: ${String(network)}`;
    }),
  },
  {
    id: "https-listener",
    severity: "high",
    title: "Clients can come by HTTPS",
    references: { pciDss: "4.2.1", hipaa: "164.312(e)(1)", soc2: "CC6.7" },
    remedy: 'entry.certificate, and a listener { port: 443, protocol: "https" }',
    violations: each(["aws_lb"], (_, stack) =>
      ofType(stack, "aws_lb_listener").some(({ args }) => args["protocol"] === "HTTPS")
        ? null
        : "no listener has TLS",
    ),
  },
  {
    id: "http-redirected",
    severity: "medium",
    title: "Plain HTTP is only redirected",
    references: { pciDss: "4.2.1", hipaa: "164.312(e)(1)", soc2: "CC6.7" },
    remedy: 'entry.loadBalancer.listeners: [{ port: 80, protocol: "http", action: "redirect-to-https" }]',
    violations: each(["aws_lb_listener"], (args) => {
      const [action = {}] = blocks(args["default_action"]);
      return args["protocol"] === "HTTP" && action["type"] !== "redirect"
        ? "plain HTTP reaches the services"
        : null;
    }),
  },
  {
    id: "modern-tls",
    severity: "medium",
    title: "Listeners take TLS 1.2 and newer",
    references: { pciDss: "4.2.1", soc2: "CC6.7" },
    remedy: 'entry.loadBalancer.listeners[].minimumTls: "1.2"',
    violations: each(["aws_lb_listener"], (args) =>
      args["protocol"] === "HTTPS" && !/TLS13/.test(String(args["ssl_policy"]))
        ? `the policy is ${String(args["ssl_policy"])}`
        : null,
    ),
  },
  {
    id: "balancer-drops-bad-headers",
    severity: "low",
    title: "The load balancer drops invalid header fields",
    references: { pciDss: "6.4.1", soc2: "CC6.6" },
    remedy: "take the override of drop_invalid_header_fields away",
    violations: each(
      ["aws_lb"],
      must("drop_invalid_header_fields", true, "drop_invalid_header_fields is not true"),
    ),
  },
  {
    id: "balancer-access-logs",
    severity: "low",
    title: "The load balancer logs every request",
    references: { pciDss: "10.2.1", hipaa: "164.312(b)", soc2: "CC7.2" },
    remedy: 'entry.loadBalancer.accessLogs: { bucket: "logs" }',
    violations: each(["aws_lb"], (args) => (args["access_logs"] ? null : "no access log")),
  },
  {
    id: "balancer-deletion-protection",
    severity: "low",
    title: "The load balancer is protected from deletion",
    references: { soc2: "A1.2" },
    remedy: "entry.loadBalancer.deletionProtection: true",
    violations: each(
      ["aws_lb"],
      must("enable_deletion_protection", true, "enable_deletion_protection is not true"),
    ),
  },
  {
    id: "web-application-firewall",
    severity: "medium",
    title: "A web application firewall stands before the load balancer",
    references: { pciDss: "6.4.2", soc2: "CC6.6" },
    remedy: 'entry.waf: { protects: ["load-balancer"], managed: ["owasp-top-10"] }',
    violations: each(["aws_lb"], (args, stack, address) =>
      args["internal"] === true ||
      ofType(stack, "aws_wafv2_web_acl_association").some(
        ({ args: acl }) => referred(acl["resource_arn"]) === address,
      )
        ? null
        : "no web ACL is associated",
    ),
  },
  {
    id: "cdn-https",
    severity: "high",
    title: "The CDN serves by HTTPS only",
    references: { pciDss: "4.2.1", soc2: "CC6.7" },
    remedy: "entry.certificate",
    violations: each(["aws_cloudfront_distribution"], (args) => {
      const [behavior = {}] = blocks(args["default_cache_behavior"]);
      return behavior["viewer_protocol_policy"] === "allow-all" ? "viewers may come by HTTP" : null;
    }),
  },
];
