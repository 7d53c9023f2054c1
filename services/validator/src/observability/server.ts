import { createServer, type Server } from "node:http";

/**
 * Opens the port of /metrics. It is another one than the API's, so that no load balancer leads to it: it tells how much
 * money is declined, and by which rules.
 */
export function serveMetrics(
  registry: { readonly contentType: string; metrics(): Promise<string> },
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader("x-content-type-options", "nosniff");
    if (new URL(request.url ?? "/", "http://metrics").pathname !== "/metrics") {
      response.writeHead(404).end();
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
    } else {
      registry.metrics().then(
        (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    }
  });
  // The scrape of a busy process is waited for; nobody else is.
  server.requestTimeout = 10_000;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}
