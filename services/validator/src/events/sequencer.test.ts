// A round of the relay beside those who decide, on each engine.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { decisionRow } from "../../test/decision-rows.ts";
import { ENGINES, type TestDatabase } from "../../test/engines.ts";
import { until } from "../../test/until.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { createDecisionWriter } from "../decisions/writer.ts";
import { takeRound } from "./sequencer.ts";

describe.each(ENGINES)("a round $on", ({ engine, isAbsent, start }) => {
  describe.skipIf(isAbsent)("of the relay", () => {
    let database: TestDatabase;
    let pools: Pools;

    beforeAll(async () => {
      database = await start();
      await migrate({ url: database.url(), deadline: 30_000 });
      pools = openPools(readConfig({ DATABASE_URL: database.url() }), { warn: () => {} });
    });
    afterAll(async () => {
      await pools?.close();
      await database?.stop();
    });

    test("holds up nobody who decides, and what is decided meanwhile comes with the next one", async () => {
      const { write } = createDecisionWriter(pools, { zone: "z", replica: "a", engine: "0" });
      const decided: number[] = [];
      const decide = async () => void decided.push((await write([decisionRow()])).length);
      const options = { holder: randomUUID(), lease: 300, known: 0 };
      await decide();
      const first = await takeRound(pools.administration, {
        ...options,
        // It has read what there is, and is not over yet.
        onStep: (step) => (step === "read" ? decide() : undefined),
      });
      expect([decided.length, first?.logged]).toEqual([2, 1]);
      const second = await takeRound(pools.administration, { ...options, onStep: () => {} });
      expect(second?.logged).toBe(2);
    });

    // MySQL ends what is idle after a minute and a half.
    test.runIf(engine === "postgresql")(
      "that is never over is ended, and another replica takes the next one",
      async () => {
        const entered = Promise.withResolvers<void>();
        const thawed = Promise.withResolvers<void>();
        const onStep = () => {
          entered.resolve();
          return thawed.promise;
        };
        const freeze = async () => {
          const options = { holder: randomUUID(), lease: 300, known: 0, onStep };
          while ((await takeRound(pools.administration, options)) === undefined);
        };
        const frozen = freeze().then(
          () => "it was logged twice",
          () => "refused",
        );
        await entered.promise;
        const next = { holder: randomUUID(), lease: 60_000, known: 0, onStep: () => {} };
        await until(
          async () => (await takeRound(pools.administration, next).catch(() => undefined)) !== undefined,
          30_000,
        );
        thawed.resolve();
        expect(await frozen).toBe("refused");
      },
      40_000,
    );
  });
});
