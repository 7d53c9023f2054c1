import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { migrate } from "../services/validator/src/database/migrator.ts";
import { startPostgres } from "../services/validator/test/postgres.ts";
import { startRedis, withoutRedis } from "../services/validator/test/redis.ts";
import { startService, stopService, type Service } from "../services/validator/test/service.ts";
import { latencies, type Latencies } from "./uploads/latencies.ts";
import { payments } from "./uploads/payments.ts";
import { peakMemory, sendRepeated, sendText, untilDone, writePlain } from "./uploads/sending.ts";

const MIB = 1024 ** 2;
const FILE = 2048 * MIB;
const ROWS = 20_000;
const SECONDS = 5;

/**
 * A file of 2 GiB to the validator with a folder for a bucket, beside the same bytes written and synced by nobody else;
 * then the validation of rows, and what requests wait meanwhile. Everything is on this machine.
 */
export async function uploads(json: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-uploads-"));
  const postgres = await startPostgres();
  const redis = withoutRedis ? undefined : await startRedis();
  let service: Service | undefined;
  const start = (env: Record<string, string>) =>
    startService(postgres.url(), {
      AUTHENTICATION: "open",
      BACKTEST_CPU_PERCENT: "0",
      UPLOADS_URL: pathToFileURL(folder).href,
      ...(redis && { CACHE_URL: redis.url }),
      ...env,
    });
  try {
    console.log(`everything shares ${availableParallelism()} processors`);
    await migrate({ url: postgres.url(), deadline: 30_000 });

    const plain = await writePlain(join(folder, "plain"), FILE);
    // Nothing is validated: what is measured is the reception.
    service = await start({ UPLOAD_CPU_PERCENT: "0" });
    const before = peakMemory(service.child.pid as number);
    const sent = await sendRepeated(service.url, FILE);
    const peak = peakMemory(service.child.pid as number);
    await stopService(service);
    await postgres.query("update uploads set state = 'cancelled', ended_at = now()");
    const reception = {
      mebibytes: FILE / MIB,
      perSecond: FILE / MIB / sent,
      plainPerSecond: FILE / MIB / plain,
    };
    console.log(
      `reception: ${reception.mebibytes} MiB in ${sent.toFixed(1)} s, ${reception.perSecond.toFixed(0)} MiB/s durable ` +
        `(write and fsync alone ${reception.plainPerSecond.toFixed(0)} MiB/s); peak memory ${(peak / MIB).toFixed(0)} MiB, ` +
        `${(before / MIB).toFixed(0)} MiB of it before the file`,
    );

    service = await start({ UPLOAD_CPU_PERCENT: "100" });
    const whole = await validated(service.url);
    console.log(`validation: ${ROWS} rows, ${whole.toFixed(0)} rows/s with the whole thread`);
    await stopService(service);

    service = await start({});
    const quiet = await latencies(service.url, SECONDS);
    print("requests while nothing is validated", quiet);
    const validating = validated(service.url);
    const busy = await latencies(service.url, SECONDS);
    print("requests while rows are validated at 50 %", busy);
    const shared = await validating;
    console.log(
      `validation: ${ROWS} rows, ${shared.toFixed(0)} rows/s at 50 %, beside 100 requests/s at first`,
    );
    if (json) {
      const figures = {
        reception: { ...reception, peakMebibytes: peak / MIB },
        rowsPerSecond: { whole, shared },
        quiet,
        busy,
      };
      console.log(JSON.stringify({ schemaVersion: 1, ...figures }));
    }
  } finally {
    await stopService(service);
    await redis?.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows a second of a file of payments, from its 201 to its last result. */
async function validated(url: string): Promise<number> {
  const id = await sendText(url, payments(ROWS));
  const began = performance.now();
  await untilDone(url, id);
  return ROWS / ((performance.now() - began) / 1000);
}

function print(what: string, { p50, p99, max }: Latencies): void {
  console.log(`${what}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`);
}
