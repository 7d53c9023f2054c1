// A backend that answers at once, as a process of its own: what is measured is what stands before it.
import { createServer } from "node:http";

const BODY = JSON.stringify({ id: "0".repeat(36), outcome: "approve", reasons: [], more: "x".repeat(180) });

createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": BODY.length }).end(BODY);
  });
}).listen(Number(process.env["PORT"]), "127.0.0.1");
