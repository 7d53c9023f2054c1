// An S3 of one's own for a test file: moto_server, where it is on PATH.
import { spawn, spawnSync } from "node:child_process";
import { devNull } from "node:os";

import { freePort } from "./redis.ts";
import { until } from "./until.ts";

const isThere = spawnSync("moto_server", ["--help"], { stdio: "ignore" }).status === 0;
if (!isThere && (process.env["PLUMBLINE_TEST_REQUIRE"] ?? "").split(",").includes("moto")) {
  throw new Error("PLUMBLINE_TEST_REQUIRE names moto, and there is no moto_server");
}
/** For `describe.skipIf(withoutS3)`; and the end of the title, which says why. */
export const withoutS3 = !isThere;
export const whyWithoutS3 = withoutS3 ? " (skipped: there is no moto_server)" : "";

export interface TestS3 {
  url: string;
  /** What the AWS SDK must be told, to speak with this one and with nothing else. */
  environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** https://docs.getmoto.org/en/latest/docs/server_mode.html */
export async function startS3(): Promise<TestS3> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn("moto_server", ["--host", "127.0.0.1", "--port", String(port)], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const atExit = () => child.kill("SIGKILL");
  process.on("exit", atExit);
  async function stop(): Promise<void> {
    child.kill("SIGKILL");
    await ended;
    process.off("exit", atExit);
  }
  try {
    await until(async () => (await fetch(url).catch(() => undefined)) !== undefined, 60_000);
  } catch (error) {
    await stop();
    throw error;
  }
  const environment = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "emulator",
    AWS_SECRET_ACCESS_KEY: "emulator",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
  return { url, environment, stop };
}
