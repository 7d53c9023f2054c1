import { catalog, infracost, type Price, price, recalled, type Source } from "./price.ts";

const REGION = "us-east-1";

const nat = infracost("nat_gateway", "2024-07-01");
const endpoint = infracost("vpc_endpoint", "2024-10-18");
const transfer = infracost("data_transfer", "2024-09-25");
const balancer = infracost("lb", "2024-07-01");
const distribution = infracost("cloudfront_distribution", "2024-07-01");
const webAcl = infracost("wafv2_web_acl", "2024-07-01");
const publicAddresses: Source = {
  page: "https://github.com/aws/agent-toolkit-for-aws/blob/d6ad2e44d5e3077b85b63f322e007c84f94f3a6c/skills/core-skills/aws-billing-and-cost-management/references/cost-audit.md",
  asOf: "2026-08-20",
  basis: "page",
};

/** What stands between the internet and the services, and what carries data in, out and across. */
export const NETWORK_PRICES: readonly Price[] = [
  price(REGION, "nat.hour", "hour", 0.045, nat, { dollars: 32.85, units: 730 }),
  price(REGION, "nat.gb", "GB", 0.045, nat, { dollars: 4.5, units: 100 }),
  price(REGION, "public-ipv4.hour", "hour", 0.005, publicAddresses),
  price(REGION, "endpoint.hour", "hour", 0.01, endpoint, { dollars: 7.3, units: 730 }),
  price(REGION, "endpoint.gb", "GB", 0.01, endpoint, { dollars: 10, units: 1000 }),
  price(
    REGION,
    "vpn.association",
    "hour",
    0.1,
    infracost("ec2_client_vpn_network_association", "2024-07-01"),
    {
      dollars: 73,
      units: 730,
    },
  ),
  price(REGION, "vpn.connection", "hour", 0.05, infracost("ec2_client_vpn_endpoint", "2024-07-01"), {
    dollars: 36.5,
    units: 730,
  }),
  price(REGION, "transfer.out.first-10-tb", "GB", 0.09, transfer, { dollars: 921.6, units: 10_240 }),
  price(REGION, "transfer.out.next-40-tb", "GB", 0.085, transfer, { dollars: 3481.6, units: 40_960 }),
  price(REGION, "transfer.out.next-100-tb", "GB", 0.07, transfer, { dollars: 406, units: 5800 }),
  price(REGION, "transfer.out.over-150-tb", "GB", 0.05, catalog("internet-egress")),
  price(REGION, "transfer.zone", "GB", 0.01, transfer, { dollars: 20, units: 2000 }),
  price(REGION, "transfer.region", "GB", 0.02, transfer, { dollars: 15, units: 750 }),

  price(REGION, "alb.hour", "hour", 0.0225, balancer, { dollars: 16.43, units: 730 }),
  // It prints a month of 1.3698 units, which is 1,000 hours of one.
  price(REGION, "alb.lcu", "hour", 0.008, balancer, { dollars: 8, units: 1.3698 * 730 }),
  price(REGION, "cloudfront.out.first-10-tb", "GB", 0.085, distribution, { dollars: 870.4, units: 10_240 }),
  price(REGION, "cloudfront.out.next-40-tb", "GB", 0.08, distribution, { dollars: 3276.8, units: 40_960 }),
  price(REGION, "cloudfront.out.next-100-tb", "GB", 0.06, distribution, { dollars: 6144, units: 102_400 }),
  price(REGION, "cloudfront.out.over-150-tb", "GB", 0.04, distribution, { dollars: 14_336, units: 358_400 }),
  price(REGION, "cloudfront.to-origin", "GB", 0.02, distribution, { dollars: 24.68, units: 1234 }),
  price(REGION, "cloudfront.https", "10,000 requests", 0.01, distribution),
  price(REGION, "waf.acl", "month", 5, webAcl),
  price(REGION, "waf.rule", "month", 1, webAcl, { dollars: 16, units: 16 }),
  price(REGION, "waf.requests", "1,000,000 requests", 0.6, webAcl),
  price(REGION, "shield-advanced.subscription", "month", 3000, recalled("shield/pricing/", "2025-06")),
  price(REGION, "route53.zone", "month", 0.5, infracost("route53_zone", "2024-07-01")),
  price(REGION, "route53.health-check", "month", 0.5, infracost("route53_health_check", "2024-07-01")),
];
