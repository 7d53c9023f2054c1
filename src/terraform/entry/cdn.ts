import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { seconds } from "../durations.ts";
import { text } from "../hcl/expression.ts";
import type { Buckets } from "../data/buckets.ts";
import type { ArgumentsOf, Resource } from "../stack.ts";
import type { Certificate } from "./certificate.ts";

type Distribution = ArgumentsOf<"aws_cloudfront_distribution">;
type Cdn = NonNullable<ResolvedArchitecture["entry"]["cdn"]>;

/** AWS's own policies, by the identifiers that it publishes: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html and …/using-managed-origin-request-policies.html */
const CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3";
/** HSTS, no sniffing, no framing: …/using-managed-response-headers-policies.html */
const SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03";

const MINIMUM_TLS = { "1.2": "TLSv1.2_2021", "1.3": "TLSv1.3_2025" } as const;
const SITE = "site";
const COPY = "site-copy";
const SITES = "sites";
const API = "api";

/** CloudFront before the site's bucket and, for the paths of the API, before the load balancer. */
export function cdnOf(
  context: Context,
  buckets: Buckets,
  balancer: Resource<"aws_lb">,
  certificate: Certificate | null,
  webAcl: Resource<"aws_wafv2_web_acl"> | null,
): Resource<"aws_cloudfront_distribution"> | null {
  const { architecture, stack, name } = context;
  const { cdn, dns, certificate: declared } = architecture.entry;
  if (!cdn) return null;
  const add = stack.file("entry");
  const access = add("aws_cloudfront_origin_access_control", "site", {
    name: name("site"),
    description: "CloudFront alone reads the site's bucket",
    origin_access_control_origin_type: "s3",
    signing_behavior: "always",
    signing_protocol: "sigv4",
  });
  const cache = add("aws_cloudfront_cache_policy", "site", {
    name: name("site"),
    default_ttl: seconds(cdn.cache.default),
    max_ttl: seconds(cdn.cache.maximum),
    min_ttl: 0,
    parameters_in_cache_key_and_forwarded_to_origin: {
      cookies_config: { cookie_behavior: "none" },
      headers_config: { header_behavior: "none" },
      query_strings_config: { query_string_behavior: "none" },
      enable_accept_encoding_brotli: cdn.compression,
      enable_accept_encoding_gzip: cdn.compression,
    },
  });

  const origin = (id: string, bucket: Resource<"aws_s3_bucket">) => ({
    origin_id: id,
    domain_name: bucket.ref("bucket_regional_domain_name"),
    origin_access_control_id: access.ref("id"),
  });
  const site = buckets.bucket(cdn.site);
  const copy = cdn.originFailover === undefined ? null : buckets.bucket(cdn.originFailover);
  const distribution = add("aws_cloudfront_distribution", "main", {
    comment: name(),
    enabled: true,
    is_ipv6_enabled: true,
    http_version: "http2and3",
    default_root_object: "index.html",
    price_class: cdn.priceClass === "all" ? "PriceClass_All" : `PriceClass_${cdn.priceClass}`,
    aliases: dns ? [dns.domain, ...(declared?.alternativeNames ?? [])] : undefined,
    web_acl_id: webAcl?.ref("arn"),
    origin: [
      origin(SITE, site),
      ...(copy ? [origin(COPY, copy)] : []),
      {
        origin_id: API,
        // CloudFront checks the origin's certificate against the viewer's Host header, which it passes on.
        domain_name: balancer.ref("dns_name"),
        custom_origin_config: {
          http_port: 80,
          https_port: 443,
          origin_protocol_policy: "https-only",
          origin_ssl_protocols: ["TLSv1.2"],
        },
      },
    ],
    ...(copy
      ? {
          origin_group: {
            origin_id: SITES,
            failover_criteria: { status_codes: [403, 404, 500, 502, 503, 504] },
            member: [{ origin_id: SITE }, { origin_id: COPY }],
          },
        }
      : {}),
    default_cache_behavior: {
      target_origin_id: copy ? SITES : SITE,
      viewer_protocol_policy: "redirect-to-https",
      allowed_methods: ["GET", "HEAD", "OPTIONS"],
      cached_methods: ["GET", "HEAD"],
      compress: cdn.compression,
      cache_policy_id: cache.ref("id"),
      response_headers_policy_id: SECURITY_HEADERS,
    },
    ordered_cache_behavior: apiBehaviors(cdn),
    // A path that is no file is a page of the single-page application.
    custom_error_response: { error_code: 404, response_code: 200, response_page_path: "/index.html" },
    restrictions: { geo_restriction: { restriction_type: "none" } },
    viewer_certificate: certificate
      ? {
          acm_certificate_arn: certificate.arn,
          ssl_support_method: "sni-only",
          minimum_protocol_version: MINIMUM_TLS[cdn.minimumTls],
        }
      : { cloudfront_default_certificate: true },
    logging_config: cdn.logs
      ? { bucket: buckets.bucket(cdn.logs.bucket).ref("bucket_domain_name"), prefix: `${cdn.logs.prefix}/` }
      : undefined,
    tags: { Name: name() },
  } satisfies Distribution);
  for (const store of [cdn.site, ...(cdn.originFailover === undefined ? [] : [cdn.originFailover])])
    buckets.allow(store, {
      Sid: "CloudFront",
      Effect: "Allow",
      Principal: { Service: "cloudfront.amazonaws.com" },
      Action: "s3:GetObject",
      Resource: text`${buckets.bucket(store).ref("arn")}/*`,
      Condition: { StringEquals: { "AWS:SourceArn": distribution.ref("arn") } },
    });
  return distribution;
}

function apiBehaviors({ apiPaths }: Cdn) {
  return apiPaths.map((path) => ({
    path_pattern: path,
    target_origin_id: API,
    viewer_protocol_policy: "https-only",
    allowed_methods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
    cached_methods: ["GET", "HEAD"],
    compress: true,
    cache_policy_id: CACHING_DISABLED,
    origin_request_policy_id: ALL_VIEWER,
  }));
}
