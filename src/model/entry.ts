import * as z from "zod";
import { ServiceReference, StoreReference } from "./names.ts";
import { Duration } from "./quantities/duration.ts";

const Port = z.int().min(1).max(65_535);
const Domain = z
  .string()
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
    'a domain is expected, like "api.example.com"',
  );
const TlsVersion = z.enum(["1.2", "1.3"]);
const CountryCode = z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 country code is expected, like "KP"');

const Listener = z.strictObject({
  port: Port,
  protocol: z.enum(["http", "https"]),
  /** `redirect-to-https` answers 301 to the https listener. */
  action: z.enum(["forward", "redirect-to-https"]).default("forward"),
  /** The lowest version of TLS that clients may use; for https only. */
  minimumTls: TlsVersion.default("1.2"),
});

const FixedResponse = z.strictObject({
  status: z.int().min(200).max(599),
  body: z.string().max(1024).default(""),
  contentType: z.string().default("text/plain"),
});

/** One rule; rules are tried in order, and a request that meets none is answered 404. Patterns take `*` and `?`. */
const Route = z.strictObject({
  path: z.string().startsWith("/", 'a path pattern is expected, like "/api/*"').max(128).default("/*"),
  host: z.string().max(128).optional(),
  /** The service that answers. Exactly one of `to`, `respond` and `redirect` is given. */
  to: ServiceReference.optional(),
  respond: FixedResponse.optional(),
  redirect: z.strictObject({ to: z.string(), status: z.union([z.literal(301), z.literal(302)]) }).optional(),
});

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/introduction.html */
const LoadBalancer = z.strictObject({
  scheme: z.enum(["internet-facing", "internal"]).default("internet-facing"),
  listeners: z.array(Listener).min(1),
  routes: z.array(Route).min(1),
  algorithm: z.enum(["least-outstanding-requests", "round-robin"]).default("least-outstanding-requests"),
  crossZone: z.boolean().default(true),
  /** How long a connection may be silent. AWS's default. */
  idleTimeout: Duration.prefault("60s"),
  /** How long a target that leaves may finish what it has begun. AWS's default. */
  deregistrationDelay: Duration.prefault("300s"),
  /** How long a new target's share of the requests grows; 0 is off. */
  slowStart: Duration.prefault("0s"),
  stickiness: z
    .strictObject({
      kind: z.enum(["duration", "application"]).default("duration"),
      duration: Duration.prefault("1d"),
      /** The application's cookie; for `application` only. */
      cookie: z.string().min(1).optional(),
    })
    .optional(),
  accessLogs: z
    .strictObject({ bucket: StoreReference, prefix: z.string().default("load-balancer") })
    .optional(),
  deletionProtection: z.boolean().default(false),
});

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Introduction.html */
const Cdn = z.strictObject({
  /** The bucket that static files come from; the paths below go to the load balancer. */
  site: StoreReference,
  apiPaths: z.array(z.string().startsWith("/")).default(["/api/*"]),
  minimumTls: TlsVersion.default("1.2"),
  compression: z.boolean().default(true),
  cache: z
    .strictObject({ default: Duration.prefault("1d"), maximum: Duration.prefault("365d") })
    .prefault({}),
  /** A second bucket that is asked when the first fails. */
  originFailover: StoreReference.optional(),
  logs: z.strictObject({ bucket: StoreReference, prefix: z.string().default("cdn") }).optional(),
  priceClass: z.enum(["100", "200", "all"]).default("all"),
});

/** AWS's managed rule groups, by what the documents call them. */
const WafRules = z.enum([
  "owasp-top-10",
  "sql-injection",
  "cross-site-scripting",
  "known-bad-inputs",
  "ip-reputation",
]);

/** https://docs.aws.amazon.com/waf/latest/developerguide/what-is-aws-waf.html */
const Waf = z.strictObject({
  protects: z.array(z.enum(["cdn", "load-balancer"])).min(1),
  managed: z.array(WafRules).default([]),
  /** Requests that one address may make within the window before it is blocked. */
  rateLimit: z.strictObject({ requests: z.int().min(10), window: Duration.prefault("5m") }).optional(),
  geo: z.strictObject({ block: z.array(CountryCode).min(1) }).optional(),
});

/** What stands between the internet and the services. */
export const Entry = z.strictObject({
  dns: z.strictObject({ domain: Domain, ttl: Duration.prefault("60s") }).optional(),
  certificate: z
    .strictObject({
      domain: Domain,
      alternativeNames: z.array(Domain).default([]),
      validation: z.literal("dns").default("dns"),
    })
    .optional(),
  cdn: Cdn.optional(),
  waf: Waf.optional(),
  ddos: z.enum(["shield-standard", "shield-advanced"]).default("shield-standard"),
  loadBalancer: LoadBalancer,
});
