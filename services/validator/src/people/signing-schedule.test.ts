import fc from "fast-check";
import { expect, test } from "vitest";

import {
  LEAD,
  nextKeyAt,
  OVERLAP,
  publishedAt,
  ROTATION,
  type Scheduled,
  signerAt,
} from "./signing-schedule.ts";
import { TOKEN_LIFE } from "./tokens.ts";

test("at any time something signs, whoever verifies has known it for long, and no token outlives its key", () => {
  const steps = fc.array(fc.integer({ min: 1, max: 3 * ROTATION }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(steps, (waits) => {
      let now = 1_700_000_000_000;
      let keys: Scheduled[] = [];
      const leads: number[] = [];
      const publishedSince = new Map<string, number>();
      for (const wait of waits) {
        const signsFrom = nextKeyAt(keys, now);
        if (signsFrom !== undefined) {
          const kid = `key ${keys.length} ${now}`;
          leads.push(signsFrom - now);
          keys = publishedAt([...keys, { kid, signsFrom }], now);
          publishedSince.set(kid, now);
        }
        const signer = signerAt(keys, now) as Scheduled;
        expect(signer).toBeDefined();
        const isFirst = publishedSince.keys().next().value === signer.kid;
        const knownFor = now - (publishedSince.get(signer.kid) as number);
        expect(knownFor).toBeGreaterThanOrEqual(isFirst ? 0 : LEAD);
        const end = now + TOKEN_LIFE * 1000;
        expect(publishedAt(keys, end)).toContain(signer);
        now += wait;
      }
      // The first one has nobody who could know it before.
      expect(Math.min(...leads.slice(1), LEAD)).toBe(LEAD);
    }),
  );
  expect(OVERLAP).toBeGreaterThan(TOKEN_LIFE * 1000 * 2);
});
