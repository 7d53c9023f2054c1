import { type Arguments, inBlock, isGiven, of, says } from "./requirement.ts";

const ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference";
const ACM = "https://docs.aws.amazon.com/acm/latest/APIReference";
const ROUTE_53 = "https://docs.aws.amazon.com/Route53/latest/APIReference";
const CLOUDFRONT = "https://docs.aws.amazon.com/cloudfront/latest/APIReference";
const WAF = "https://docs.aws.amazon.com/waf/latest/APIReference";

const hasNetwork = (args: Arguments) => args["target_type"] !== "lambda";
const isPlain = (args: Arguments) => !isGiven(args["alias"]);
const byCertificate = (args: Arguments) => args["cloudfront_default_certificate"] !== true;

const action = [
  {
    oneOf: ["target_group_arn", "forward"],
    when: says("type", "forward"),
    why: "what is forwarded goes to a target group",
  },
  { oneOf: ["redirect"], when: says("type", "redirect"), why: "a redirect leads somewhere" },
  {
    oneOf: ["fixed_response"],
    when: says("type", "fixed-response"),
    why: "an answer of the load balancer's own has a status",
  },
] as const;

const behavior = [
  { oneOf: ["cache_policy_id", "forwarded_values"], why: "a behavior says what is cached" },
] as const;

export const ENTRY = [
  ...of("aws_lb", `${ELB}/API_CreateLoadBalancer.html`, [
    { oneOf: ["subnets", "subnet_mapping"], why: "a load balancer is in subnets" },
  ]),
  ...of("aws_lb_target_group", `${ELB}/API_CreateTargetGroup.html`, [
    { oneOf: ["port"], when: hasNetwork, why: "targets have a port" },
    { oneOf: ["protocol"], when: hasNetwork, why: "targets speak a protocol" },
    { oneOf: ["vpc_id"], when: hasNetwork, why: "targets are in a VPC" },
  ]),
  ...of("aws_lb_listener", `${ELB}/API_CreateListener.html`, [
    { oneOf: ["port"], why: "a listener has a port" },
    { oneOf: ["protocol"], why: "a listener speaks a protocol" },
    { oneOf: ["certificate_arn"], when: says("protocol", "HTTPS", "TLS"), why: "HTTPS has a certificate" },
  ]),
  ...inBlock("aws_lb_listener", "default_action", `${ELB}/API_Action.html`, action),
  ...inBlock("aws_lb_listener_rule", "action", `${ELB}/API_Action.html`, action),
  ...of("aws_acm_certificate", `${ACM}/API_RequestCertificate.html`, [
    { oneOf: ["domain_name", "private_key"], why: "a certificate is for a domain, or is imported" },
  ]),
  ...of("aws_route53_record", `${ROUTE_53}/API_ResourceRecordSet.html`, [
    { oneOf: ["records"], when: isPlain, why: "a record has values, or is an alias" },
    { oneOf: ["ttl"], when: isPlain, why: "a record that is no alias has a time to live" },
  ]),
  ...inBlock("aws_cloudfront_distribution", "origin", `${CLOUDFRONT}/API_Origin.html`, [
    {
      oneOf: ["custom_origin_config", "s3_origin_config", "origin_access_control_id", "vpc_origin_config"],
      why: "an origin is a server, a bucket, or in a VPC",
    },
  ]),
  ...inBlock(
    "aws_cloudfront_distribution",
    "default_cache_behavior",
    `${CLOUDFRONT}/API_DefaultCacheBehavior.html`,
    behavior,
  ),
  ...inBlock(
    "aws_cloudfront_distribution",
    "ordered_cache_behavior",
    `${CLOUDFRONT}/API_CacheBehavior.html`,
    behavior,
  ),
  ...inBlock(
    "aws_cloudfront_distribution",
    "viewer_certificate",
    `${CLOUDFRONT}/API_ViewerCertificate.html`,
    [
      {
        oneOf: ["cloudfront_default_certificate", "acm_certificate_arn", "iam_certificate_id"],
        why: "viewers are shown a certificate",
      },
      {
        oneOf: ["ssl_support_method"],
        when: byCertificate,
        why: "a certificate of one's own says which clients it is for",
      },
    ],
  ),
  ...inBlock("aws_wafv2_web_acl", "default_action", `${WAF}/API_DefaultAction.html`, [
    { oneOf: ["allow", "block"], why: "what no rule meets is let through or not" },
  ]),
  ...inBlock("aws_wafv2_web_acl", "rule", `${WAF}/API_Rule.html`, [
    {
      oneOf: ["action", "override_action"],
      why: "a rule does something, and a group of rules is overridden or not",
    },
  ]),
];
