import { account, type Context } from "../context.ts";
import { text } from "../hcl/expression.ts";
import type { Buckets } from "../data/buckets.ts";
import type { Vpc } from "../network/vpc.ts";
import type { SecurityGroups } from "../security/groups.ts";
import type { Keys } from "../security/keys.ts";
import type { Resource } from "../stack.ts";
import { cdnOf } from "./cdn.ts";
import { certificateOf } from "./certificate.ts";
import { dnsOf } from "./dns.ts";
import { type LoadBalancer, loadBalancerOf } from "./load-balancer.ts";
import { webAclOf } from "./web-acl.ts";

/** CloudFront takes its certificate and its web ACL from this region only. */
const GLOBAL_REGION = "us-east-1";
/** The hosted zone of every distribution. https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html */
const CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2";

/** What stands between the internet and the services. */
export function entryOf(
  context: Context,
  vpc: Vpc,
  groups: SecurityGroups,
  buckets: Buckets,
  keys: Keys,
): LoadBalancer {
  const { architecture, stack, provider } = context;
  const { accessLogs } = architecture.entry.loadBalancer;
  const certificate = certificateOf(context, "main");
  const loadBalancer = loadBalancerOf(context, vpc, groups, certificate, logsOf(buckets, accessLogs));
  const acl = webAclOf(context, "load-balancer", keys);
  if (acl)
    stack.file("entry")("aws_wafv2_web_acl_association", "load_balancer", {
      resource_arn: loadBalancer.balancer.ref("arn"),
      web_acl_arn: acl.ref("arn"),
    });
  const elsewhere = provider(GLOBAL_REGION).provider;
  const distribution = cdnOf(
    context,
    buckets,
    loadBalancer.balancer,
    architecture.entry.cdn && elsewhere !== undefined
      ? certificateOf(context, "cdn", elsewhere)
      : certificate,
    architecture.entry.cdn ? webAclOf(context, "cdn", keys, elsewhere) : null,
  );
  dnsOf(
    context,
    distribution
      ? { name: distribution.ref("domain_name"), zone: text`${CLOUDFRONT_ZONE}`, isIpv6: true }
      : {
          name: loadBalancer.balancer.ref("dns_name"),
          zone: loadBalancer.balancer.ref("zone_id"),
          isIpv6: false,
        },
  );
  if (architecture.entry.ddos === "shield-advanced") protect(context, loadBalancer.balancer, distribution);
  return loadBalancer;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
function logsOf(
  buckets: Buckets,
  declared: { readonly bucket: string; readonly prefix: string } | undefined,
): Parameters<typeof loadBalancerOf>[4] {
  if (!declared) return null;
  const bucket = buckets.bucket(declared.bucket);
  buckets.allow(declared.bucket, {
    Sid: "LoadBalancerLogs",
    Effect: "Allow",
    Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: text`${bucket.ref("arn")}/${declared.prefix}/AWSLogs/${account}/*`,
  });
  return { bucket, policy: buckets.policy(declared.bucket) };
}

/** The account's subscription to Shield Advanced is bought once, outside of any architecture. */
function protect(
  { stack, name }: Context,
  balancer: Resource<"aws_lb">,
  distribution: Resource<"aws_cloudfront_distribution"> | null,
): void {
  const add = stack.file("entry");
  add("aws_shield_protection", "load_balancer", {
    name: name("load-balancer"),
    resource_arn: balancer.ref("arn"),
  });
  if (distribution)
    add("aws_shield_protection", "cdn", { name: name("cdn"), resource_arn: distribution.ref("arn") });
}
