import type { ResolvedArchitecture } from "#model/architecture.ts";
import { exampleRequest } from "#model/example-request.ts";
import type { Endpoint } from "./connection.ts";
import { jsonBody, type RequestBody, type RequestTemplate } from "./request.ts";

/** What is asked, and where. */
export interface Target {
  readonly url: URL;
  readonly endpoint: Endpoint;
  readonly request: RequestTemplate;
}

/** @param path in place of the URL's. @param authorities PEM; of those, one must have issued an https host's certificate. */
export function targetOf(
  url: URL,
  {
    method,
    path,
    body,
  }: { readonly method: string; readonly path?: string; readonly body: RequestBody | null },
  authorities: readonly string[],
): Target {
  const isSecure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    url,
    endpoint: {
      host,
      port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
      // Server Name Indication is for names only. https://www.rfc-editor.org/rfc/rfc6066#section-3
      tls: isSecure ? { name: /^[\d.]+$|:/.test(host) ? "" : host, authorities } : null,
    },
    request: { method, path: path ?? `${url.pathname}${url.search}`, host: url.host, body },
  };
}

/** The load balancer of a system, asked by its architecture's example. @param endpoint its URL. */
export function exampleTarget(
  architecture: ResolvedArchitecture,
  endpoint: string,
  authorities: readonly string[],
): Target {
  const example = exampleRequest(architecture);
  if (!example) return targetOf(new URL(endpoint), { method: "GET", body: null }, authorities);
  const { method, path, body } = example;
  const sent = body === undefined ? null : jsonBody(body);
  return targetOf(new URL(endpoint), { method, path, body: sent }, authorities);
}
