import { expect, test } from "vitest";

import { NOON, payment } from "../../test/payments.ts";
import { readConfig } from "../config.ts";
import { decide } from "./decision.ts";
import type { TransactionBody } from "./schema.ts";
import { canonicalJson, readTransaction, type Transaction } from "./transaction.ts";

const { policy } = readConfig({ DATABASE_URL: "postgresql://nobody@127.0.0.1/none" });

function read(body: TransactionBody): Transaction {
  const transaction = readTransaction(body);
  if (Array.isArray(transaction)) throw new Error(JSON.stringify(transaction));
  return transaction;
}

function judge(changes: Partial<TransactionBody>, receivedAt = NOON) {
  const { outcome, reasons } = decide(read(payment(changes)), { policy, receivedAt });
  return [outcome, ...reasons.map(({ code, pointer }) => `${code} ${pointer}`)];
}

const { debtor, creditor } = payment();

test("approves a sound transaction without a reason", () => {
  expect(judge({})).toEqual(["approve"]);
});

test("gives all reasons, and the severest decides", () => {
  const found = judge(
    {
      instructedAmount: { value: "1", currency: "ZZZ" },
      debtor: { ...debtor, account: { iban: "DE89370400440532013001" }, country: "ZZ" },
      creditor: { ...creditor, agent: { bic: "PSSTZZPP" } },
      card: { panFingerprint: "f".repeat(32), bin: "411111", mcc: "5411", merchantCountry: "XX" },
    },
    NOON - 600_000,
  );
  expect(found).toMatchInlineSnapshot(`
    [
      "decline",
      "creation_time_in_future /creationDateTime",
      "currency_unknown /instructedAmount/currency",
      "country_unknown /debtor/country",
      "iban_checksum /debtor/account/iban",
      "bic_country_unknown /creditor/agent/bic",
      "country_unknown /card/merchantCountry",
    ]
  `);
});

test.each([
  ["EUR", "1000000", "approve"],
  ["EUR", "1000001", "review"],
  ["JPY", "10000", "approve"],
  ["JPY", "10001", "review"],
  ["KWD", "10000001", "review"],
  ["CLF", "100000000", "approve"],
  ["XAU", "1", "decline"],
  ["DEM", "1", "decline"],
])("limits %s %s by the minor units of the currency: %s", (currency, value, outcome) => {
  expect(judge({ instructedAmount: { value, currency } })[0]).toBe(outcome);
});

test.each([
  [NOON - 120_000, "approve"],
  [NOON - 120_001, "review"],
  [NOON + 7 * 86_400_000, "approve"],
  [NOON + 7 * 86_400_000 + 1, "review"],
])("compares the creation time with the time of receipt", (receivedAt, outcome) => {
  expect(judge({}, receivedAt)[0]).toBe(outcome);
});

test("accounts abroad are looked at, but not within the SEPA area", () => {
  expect(judge({ debtor: { ...debtor, country: "NL" } })).toEqual(["approve"]);
  expect(judge({ debtor: { ...debtor, country: "BR" } })).toEqual([
    "review",
    "iban_country_mismatch /debtor/account/iban",
  ]);
});

test("a bank is of its IBAN's country; banks of territories are of their mainland's", () => {
  expect(judge({ debtor: { ...debtor, agent: { bic: "PSSTFRPP" } } })).toEqual([
    "review",
    "bic_country_mismatch /debtor/agent/bic",
  ]);
  expect(judge({ creditor: { ...creditor, agent: { bic: "BNPAREXX" }, country: "RE" } })).toEqual([
    "approve",
  ]);
});

test("an account without IBAN and a party without bank are fine", () => {
  expect(judge({ debtor: { name: "A", account: { other: "000123456789" }, country: "US" } })).toEqual([
    "approve",
  ]);
});

test("the canonical form does not depend on the order of fields or the spelling of the amount", () => {
  const body = payment({ instructedAmount: { value: "1250", currency: "EUR" } });
  const backwards = Object.fromEntries(Object.entries(body).toReversed()) as TransactionBody;
  backwards.instructedAmount = { currency: "EUR", value: 1250 };
  expect(canonicalJson(read(backwards))).toBe(canonicalJson(read(body)));
});

test("what a schema cannot say is said together", () => {
  const reasons = readTransaction(
    payment({
      instructedAmount: { value: 2 ** 60, currency: "EUR" },
      creationDateTime: "yesterday",
      ip: "1.2.3.4.5",
      card: { panFingerprint: "4111111111111111", bin: "411111", mcc: "5411", merchantCountry: "US" },
    }),
  );
  expect((reasons as { code: string }[]).map(({ code }) => code)).toEqual([
    "amount_not_exact",
    "date_time_invalid",
    "ip_invalid",
    "card_number_in_clear",
  ]);
});
