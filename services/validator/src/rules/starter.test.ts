import { describe, expect, test } from "vitest";

import { NOON } from "../../test/payments.ts";
import type { TransactionBody } from "../transactions/schema.ts";
import { checkRuleSet } from "./check.ts";
import { compile } from "./compile.ts";
import type { Facts } from "./facts.ts";
import { starterRuleSet } from "./starter.ts";
import { quiet, transaction } from "./testing/examples.ts";

const starter = compile(starterRuleSet, 1);

/** A transaction with what is known about it; `figures` are those of the windows, by what they count. */
interface Case extends Partial<Omit<TransactionBody, "instructedAmount">> {
  /** Minor units of a euro. */
  amount?: number;
  figures?: Record<string, number>;
  facts?: Partial<Facts>;
}

const { debtor, creditor } = transactionBody();
const card = { panFingerprint: "f".repeat(32), bin: "411111", mcc: "5411", merchantCountry: "FR" };
const abroad = { creditor: { ...creditor, country: "US" } };
const listed = (name: string, value: string): Partial<Facts> => ({
  isListed: (list, asked) => list === name && asked === value,
});
const sanctioned = (name: string, score: number): Partial<Facts> => ({
  screen: (asked) => (asked === name ? [{ entry: "306", name: name.toUpperCase(), score }] : []),
});
const NIGHT = Date.parse("2026-02-01T02:30:00Z");

/** One transaction that hits, and one that only just does not. */
const CASES: Record<string, [hit: Case, noHit: Case]> = {
  blocked_debtor: [
    { facts: listed("blocked_accounts", "DE89370400440532013000") },
    { facts: listed("blocked_accounts", "FR1420041010050500013M02606") },
  ],
  blocked_creditor: [
    { facts: listed("blocked_accounts", "FR1420041010050500013M02606") },
    { facts: listed("blocked_accounts", "DE89370400440532013000") },
  ],
  blocked_device: [
    { device: "d1", facts: listed("blocked_devices", "d1") },
    { device: "d2", facts: listed("blocked_devices", "d1") },
  ],
  trusted_creditor: [
    { amount: 499_999, facts: listed("trusted_creditors", "FR1420041010050500013M02606") },
    { amount: 500_000, facts: listed("trusted_creditors", "FR1420041010050500013M02606") },
  ],
  sanctioned_creditor: [{ facts: sanctioned(creditor.name, 95) }, { facts: sanctioned(creditor.name, 94.9) }],
  sanctioned_debtor: [{ facts: sanctioned(debtor.name, 100) }, { facts: sanctioned(creditor.name, 100) }],
  creditor_like_sanctioned: [
    { facts: sanctioned(creditor.name, 85) },
    { facts: sanctioned(creditor.name, 95) },
  ],
  high_risk_country: [
    { creditor: { ...creditor, country: "KP" } },
    { creditor: { ...creditor, country: "KR" } },
  ],
  debtor_burst: [{ figures: { "count 1h": 11 } }, { figures: { "count 1h": 10 } }],
  debtor_daily_sum: [
    { amount: 50_000, figures: { "sum 24h": 2_000_001 } },
    { amount: 49_999, figures: { "sum 24h": 2_000_001 } },
  ],
  many_beneficiaries: [{ figures: { "countDistinct 24h": 9 } }, { figures: { "countDistinct 24h": 8 } }],
  new_beneficiary: [
    { amount: 200_000, figures: { "count 720h": 1 } },
    { amount: 200_000, figures: { "count 720h": 2 } },
  ],
  shared_device: [
    { device: "d1", figures: { "countDistinct 1h": 4 } },
    { figures: { "countDistinct 1h": 4 } },
  ],
  largest_abroad: [
    { ...abroad, amount: 300_000, figures: { "maximum 168h": 300_000 } },
    { ...abroad, amount: 300_000, figures: { "maximum 168h": 300_001 } },
  ],
  below_threshold: [{ amount: 999_999 }, { amount: 1_000_000 }],
  round_amount: [{ amount: 200_000 }, { amount: 200_001 }],
  night_payment: [
    { channel: "web", amount: 100_000, facts: { receivedAt: NIGHT } },
    { channel: "web", amount: 100_000, facts: { receivedAt: NOON } },
  ],
  crypto_exchange: [
    { creditor: { ...creditor, name: "Kraken Crypto GmbH" } },
    { creditor: { ...creditor, name: "Cryptographie SA" } },
  ],
  high_risk_merchant: [{ card: { ...card, mcc: "7995" } }, { card }],
  card_abroad: [{ card: { ...card, merchantCountry: "US" } }, { card }],
};

function transactionBody() {
  const { debtor, creditor } = transaction();
  return {
    debtor: { name: debtor.name, account: { iban: debtor.account.iban! }, country: debtor.country },
    creditor: { name: creditor.name, account: { iban: creditor.account.iban! }, country: creditor.country },
  };
}

/** Ids of the rules that hit. Figures that a case does not give are too low for any rule. */
function hits({ amount = 125_000, figures = {}, facts, ...changes }: Case): string[] {
  const about = transaction({ ...changes, instructedAmount: { value: amount, currency: "EUR" } });
  const aggregates = new Map(
    starter.aggregates.map((definition) => {
      const given = figures[`${definition.function} ${definition.window / 3_600_000}h`];
      const usual = definition.function === "maximum" ? 10_000_000 : 2;
      return [definition.id, BigInt(given ?? usual)];
    }),
  );
  const { results } = starter.evaluate(about, quiet({ aggregates, ...facts }));
  return results.filter(({ result }) => result === "hit").map(({ rule }) => rule);
}

test("the starter rule set is sound and has 20 rules, each with its cases", () => {
  expect(checkRuleSet(starterRuleSet)).toEqual([]);
  expect(starter.rules).toHaveLength(20);
  expect(Object.keys(CASES)).toEqual(starter.rules);
  expect(starter.aggregates).toHaveLength(6);
});

test("an ordinary payment is approved without a hit", () => {
  expect(hits({})).toEqual([]);
});

describe("rules of the starter rule set", () => {
  test.each(Object.entries(CASES))("%s hits what it is about and lets the rest pass", (id, [hit, noHit]) => {
    expect(hits(hit)).toContain(id);
    expect(hits(noHit)).not.toContain(id);
  });
});

test("without Redis small payments are approved and large ones reviewed", () => {
  const outcomes = [49_999, 50_000].map(
    (value) =>
      starter.evaluate(transaction({ instructedAmount: { value, currency: "EUR" } }), quiet()).outcome,
  );
  expect(outcomes).toEqual(["approve", "review"]);
});

test("without lists nothing is approved", () => {
  expect(starter.evaluate(transaction(), quiet({ isListed: () => undefined })).outcome).toBe("decline");
});
