// A service is any program that listens on PORT at HOST. This one says where it runs, and whether its database answers.
import { createServer } from "node:http";
import { connect } from "node:net";

const { HOST, PORT, ZONE, DATABASE_URL } = process.env;

const server = createServer(async (request, response) => {
  const body =
    request.url === "/healthz" ? { status: "ok" } : { zone: ZONE, database: await databaseState() };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
});
server.listen(Number(PORT), HOST, () =>
  console.log(JSON.stringify({ message: `listens at ${HOST}:${PORT}` })),
);

// Whoever stops a replica sends SIGTERM: requests that are being answered are finished first.
process.on("SIGTERM", () => server.close(() => process.exit(0)));

/** Opens a connection and closes it again; a real service would use a client library and keep it open. */
function databaseState() {
  const { hostname, port } = new URL(DATABASE_URL);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 1000 });
    const answer = (state) => {
      socket.destroy();
      resolve(state);
    };
    socket.once("connect", () => answer("reachable"));
    socket.once("timeout", () => answer("silent"));
    socket.once("error", () => answer("away"));
  });
}
