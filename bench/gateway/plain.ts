// A proxy that does nothing but pass on, as a process of its own: what any program in Node between two others adds.
import { Agent, createServer, request } from "node:http";
import { pipeline } from "node:stream";

const agent = new Agent({ keepAlive: true, maxSockets: 128 });
const { hostname: host, port } = new URL(process.env["BACKEND_URL"]!);

createServer({ keepAliveTimeout: 65_000 }, (incoming, outgoing) => {
  const { method, url: path, headers } = incoming;
  const asking = request({ host, port, method, path, headers, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, outgoing, () => {});
  });
  pipeline(incoming, asking, () => {});
}).listen(Number(process.env["PORT"]), "127.0.0.1");
