import { hash } from "node:crypto";

import { isKnown } from "../http/preconditions.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";

/** Serves what `describe` makes of the routes; it is made once, when it is first asked for. */
export function openApiRoutes(app: FastifyTypeBox, describe: () => object): void {
  let made: { text: string; etag: string } | undefined;

  function make() {
    const text = JSON.stringify(describe());
    return { text, etag: `"${hash("sha256", text, "base64url")}"` };
  }

  app.get("/openapi.json", { config: { access: "anyone" }, schema: { hide: true } }, (request, reply) => {
    const { text, etag } = (made ??= make());
    reply.header("etag", etag).header("cache-control", "no-cache");
    if (isKnown(request.headers["if-none-match"], etag)) return reply.code(304).send();
    return reply.header("content-type", "application/json; charset=utf-8").send(text);
  });
  refuseOtherMethods(app, "/openapi.json", ["GET", "HEAD"]);
}
