import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import { balance, type Balanced, Watched } from "../test-support.ts";
import { issueCertificate, makeAuthority } from "./issue.ts";

/** One authority for all tests of a file, which trust nothing else. */
export const authority = await makeAuthority("Plumbline tests", 2);
const standard = await issueCertificate(authority, ["localhost", "127.0.0.1"], 1);

/** A client that writes exactly the bytes it is given, behind TLS. */
export class TlsClient extends Watched {
  readonly socket: TLSSocket;
  text = "";
  closed = false;

  constructor(port: number, options: ConnectionOptions = {}) {
    super();
    const ca = authority.certificate;
    this.socket = connect({ host: "127.0.0.1", port, ca, servername: "localhost", ...options });
    this.socket.on("data", (bytes) => {
      this.text += bytes.toString("latin1");
      this.changed();
    });
    this.socket.on("error", () => {});
    this.socket.on("secureConnect", () => this.changed());
    this.socket.on("close", () => {
      this.closed = true;
      this.changed();
    });
    onTestFinished(() => void this.socket.destroy());
  }

  write(text: string): this {
    this.socket.write(text, "latin1");
    return this;
  }

  async receives(part: string): Promise<string> {
    await this.until(
      () => this.text.includes(part),
      () => `for ${part} in ${JSON.stringify(this.text)}`,
    );
    return this.text;
  }

  async closes(): Promise<string> {
    await this.until(
      () => this.closed,
      () => `for a close after ${JSON.stringify(this.text)}`,
    );
    return this.text;
  }
}

/** As `balance`, with one listener that speaks TLS. */
export function balanceTls(
  targets: Parameters<typeof balance>[0],
  changes: Parameters<typeof balance>[1] & {
    certificates?: readonly { certificate: string; key: string }[];
  } = {},
): Promise<Balanced> {
  const { certificates = [standard], rules = [], ...rest } = changes;
  const defaultAction = { kind: "forward", group: "group" } as const;
  const tls = { certificates: [...certificates] };
  const listeners = [{ name: "https", host: "127.0.0.1", port: 0, rules, defaultAction, tls }];
  return balance(targets, { listeners, ...rest });
}

export interface Http2Answer {
  readonly headers: IncomingHttpHeaders & { ":status"?: number };
  readonly body: string;
}

export class Http2Client {
  readonly session: ClientHttp2Session;

  constructor(port: number) {
    this.session = connectHttp2(`https://localhost:${port}`, {
      ca: authority.certificate,
      host: "127.0.0.1",
    } as never);
    this.session.on("error", () => {});
    onTestFinished(() => this.session.destroy());
  }

  /** @returns what is answered; rejects when the stream is reset. */
  ask(headers: Record<string, string | string[]>, body?: string): Promise<Http2Answer> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request({ ":path": "/", ...headers }, { endStream: body === undefined });
      let answer: IncomingHttpHeaders = {};
      let text = "";
      stream.on("response", (got) => (answer = got));
      stream.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
      stream.on("error", reject);
      stream.on("close", () => {
        if (answer[":status"] === undefined) reject(new Error(`reset with ${stream.rstCode}`));
        else resolve({ headers: answer, body: text });
      });
      if (body !== undefined) stream.end(body, "latin1");
    });
  }
}
