import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { devNull } from "node:os";
import { freePort, type Need } from "#stores/testing.ts";
import { eventually } from "../support/eventually.ts";

const SECONDS_TO_START = 60;

/** https://docs.getmoto.org/en/latest/docs/server_mode.html */
export const moto: Need = {
  name: "moto",
  met: hasMoto(),
  otherwise: "there is no moto_server",
};

function hasMoto(): boolean {
  try {
    execFileSync("moto_server", ["--help"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** An AWS of one's own, empty at first, on this machine only. */
export class Emulator {
  readonly #process: ChildProcess;
  readonly url: string;

  private constructor(server: ChildProcess, url: string) {
    this.#process = server;
    this.url = url;
    // A run that is broken off disposes of nothing.
    process.once("exit", this.#kill);
  }

  readonly #kill = () => void this.#process.kill("SIGKILL");

  static async start(): Promise<Emulator> {
    const port = String(await freePort());
    const child = spawn("moto_server", ["--host", "127.0.0.1", "--port", port], {
      stdio: "ignore",
      env: {
        ...process.env,
        // AWS's own policies are there, as roles of what is generated ask for them.
        MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
        // Certificates are issued within a second.
        MOTO_ACM_VALIDATION_WAIT: "1",
      },
    });
    const emulator = new Emulator(child, `http://127.0.0.1:${port}`);
    const over = once(child, "exit").then(() => {
      throw new Error("moto_server ended before it answered.");
    });
    const answers = eventually(
      "moto_server answers",
      async () => (await fetch(emulator.url)).status < 500,
      SECONDS_TO_START * 1_000,
    );
    try {
      await Promise.race([answers, over]);
      return emulator;
    } catch (error) {
      await emulator[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What Terraform's provider has to be told to speak with it, and with nothing else. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_ACCESS_KEY_ID: "emulator",
      AWS_SECRET_ACCESS_KEY: "emulator",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
    };
  }

  /** The hosted zone of a domain, which has to be there before an architecture is. Its identifier. */
  async hostedZone(domain: string): Promise<string> {
    const scope = "20260101/us-east-1/route53/aws4_request";
    const response = await fetch(`${this.url}/2013-04-01/hostedzone`, {
      method: "POST",
      // It finds the service by what a request is signed for, and does not look at the signature.
      headers: {
        Authorization: `AWS4-HMAC-SHA256 Credential=emulator/${scope}, SignedHeaders=host, Signature=none`,
      },
      body: `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${domain}</Name><CallerReference>${domain}</CallerReference></CreateHostedZoneRequest>`,
    });
    const answer = await response.text();
    const id = /<Id>\/hostedzone\/(\w+)<\/Id>/.exec(answer)?.[1];
    if (id === undefined) throw new Error(`moto_server made no hosted zone: ${answer}`);
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off("exit", this.#kill);
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#kill();
    await exited;
  }
}
