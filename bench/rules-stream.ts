import type { Facts } from "../services/validator/src/rules/facts.ts";
import type { Transaction } from "../services/validator/src/transactions/transaction.ts";
import type { AggregateDefinition } from "../services/validator/src/velocity/aggregate.ts";

/** A transaction in the form of each engine. */
export interface Item {
  readonly transaction: Transaction;
  readonly facts: Facts;
  /**
   * For engines that take plain data: fields under one name each, figures, list and screening answers looked up
   * beforehand, and what their languages cannot compute.
   */
  readonly flat: Readonly<Record<string, string | number | boolean>>;
}

/** 04:50 in Berlin: within the stream the night ends. */
const BEGIN = Date.UTC(2026, 1, 1, 3, 50);
const SMALL = [1999, 2999, 4950, 7500, 8990, 12_050, 18_990, 24_900, 45_000, 75_000, 99_000];
const LARGE = [125_050, 150_000, 200_000, 960_000, 1_500_000];
const COUNTRIES = [...Array<string>(40).fill("DE"), "FR", "FR", "NL", "US", "IR"] as const;
const SEPA: ReadonlySet<string> = new Set(["DE", "FR", "NL"]);
const NAMES = [
  ...Array<string>(40).fill("Erika Mustermann"),
  "Société Exemple SA",
  "Kraken Crypto GmbH",
  "Banco Nacional",
] as const;

/** The same stream of transactions for each seed. Every rule hits now and then. */
export function stream(length: number, seed: number, aggregates: readonly AggregateDefinition[]): Item[] {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x80000000;
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;
  const account = () => `DE${Math.floor(random() * 1000)}`;
  return Array.from({ length }, (_, index) => item(index));

  function item(index: number): Item {
    const party = () => ({
      name: pick(NAMES),
      account: { iban: account(), other: undefined },
      bic: "COBADEFFXXX",
      country: pick(COUNTRIES),
    });
    const card = {
      panFingerprint: "f".repeat(32),
      bin: "411111",
      mcc: pick(["5411", "5732", "5812", "5999", "7995"]),
    };
    const transaction: Transaction = {
      messageId: `MSG-${index}`,
      endToEndId: `E2E-${index}`,
      creationDateTime: new Date(BEGIN).toISOString(),
      createdAt: BEGIN,
      amount: BigInt(pick([...SMALL, ...LARGE]) + Math.floor(random() * 2)),
      currency: "EUR",
      debtor: party(),
      creditor: party(),
      channel: pick(["web", "mobile", "branch", undefined]),
      ip: "192.0.2.17",
      device: `device-${Math.floor(random() * 100)}`,
      card: random() < 0.3 ? { ...card, merchantCountry: pick(COUNTRIES) } : undefined,
    };
    const figures = aggregates.map(({ function: name }) => {
      const most = name === "sum" ? 2_200_000 : name === "maximum" ? 2_000_000 : 12;
      return BigInt(Math.floor(random() ** 6 * most) + 1);
    });
    const screened = { [pick(["", "", "", ...NAMES.slice(-3)])]: 80 + Math.floor(random() * 20) };
    const facts: Facts = {
      receivedAt: BEGIN + index * 1200,
      aggregates: new Map(aggregates.map(({ id }, which) => [id, figures[which] as bigint])),
      isListed: (list, value) => LISTS[list]!.has(value),
      screen: (name) => {
        const score = screened[name];
        return score === undefined ? NO_MATCH : [{ entry: "306", name, score }];
      },
      isSnoozed: () => false,
    };
    return { transaction, facts, flat: flatten(transaction, facts, figures.map(Number)) };
  }
}

const NO_MATCH: never[] = [];

const LISTS: Readonly<Record<string, ReadonlySet<string>>> = {
  blocked_accounts: new Set(Array.from({ length: 10 }, (_, index) => `DE${index}`)),
  blocked_devices: new Set(["device-2"]),
  trusted_creditors: new Set(Array.from({ length: 100 }, (_, index) => `DE${900 + index}`)),
};

const BERLIN = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/Berlin",
  hour: "2-digit",
  hourCycle: "h23",
});

function flatten(transaction: Transaction, facts: Facts, figures: readonly number[]): Item["flat"] {
  const { amount, debtor, creditor, channel, device, card } = transaction;
  const [burst, dailySum, beneficiaries, paidBefore, sharing, maximum] = figures as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const isListed = (list: string, value = "") => facts.isListed(list, value) ?? false;
  return {
    amount: Number(amount),
    major: Number(amount) / 100,
    debtorCountry: debtor.country,
    debtorIsSepa: SEPA.has(debtor.country),
    debtorIsBlocked: isListed("blocked_accounts", debtor.account.iban),
    debtorScreening: facts.screen(debtor.name)?.[0]?.score ?? 0,
    creditorName: creditor.name.toLowerCase(),
    creditorCountry: creditor.country,
    creditorIsSepa: SEPA.has(creditor.country),
    creditorIsBlocked: isListed("blocked_accounts", creditor.account.iban),
    creditorIsTrusted: isListed("trusted_creditors", creditor.account.iban),
    creditorScreening: facts.screen(creditor.name)?.[0]?.score ?? 0,
    deviceIsBlocked: isListed("blocked_devices", device),
    channel: channel ?? "",
    hour: Number(BERLIN.format(facts.receivedAt)),
    hasCard: card !== undefined,
    mcc: card?.mcc ?? "",
    merchantCountry: card?.merchantCountry ?? "",
    merchantIsSepa: card !== undefined && SEPA.has(card.merchantCountry),
    burst,
    dailySum: dailySum / 100,
    beneficiaries,
    paidBefore,
    sharing: device === undefined ? 0 : sharing,
    maximum,
  };
}
