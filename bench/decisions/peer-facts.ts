import { isSEPACountry } from "ibantools";
import type { Item } from "../rules-stream.ts";

interface Party {
  readonly name: string;
  readonly account: { readonly iban: string };
  readonly country: string;
}

/** The body of a payment, as its sender has written it. */
export interface Payment {
  readonly instructedAmount: { readonly value: string };
  readonly debtor: Party;
  readonly creditor: Party;
  readonly channel?: string;
  readonly device?: string;
  readonly card?: { readonly mcc: string; readonly merchantCountry: string };
}

/**
 * What the rules ask for, as plain data under one name each. The windows are counters in memory that forget nothing:
 * far cheaper than windows that slide and that replicas share, and what they lose with the process is held against
 * nobody. Lists are empty, as they are in a new service; names are compared with no sanctions list.
 */
export function createPeerFacts(): (payment: Payment) => Item["flat"] {
  const payments = new Map<string, number>();
  const sums = new Map<string, number>();
  const maxima = new Map<string, number>();
  const paid = new Map<string, number>();
  const beneficiaries = new Map<string, Set<string>>();
  const payers = new Map<string, Set<string>>();
  const blocked = new Set<string>();

  return ({ instructedAmount, debtor, creditor, channel = "", device, card }) => {
    const amount = Number(instructedAmount.value);
    const [from, to] = [debtor.account.iban, creditor.account.iban];
    return {
      amount,
      major: amount / 100,
      debtorCountry: debtor.country,
      debtorIsSepa: isSEPACountry(debtor.country),
      debtorIsBlocked: blocked.has(from),
      debtorScreening: 0,
      creditorName: creditor.name.toLowerCase(),
      creditorCountry: creditor.country,
      creditorIsSepa: isSEPACountry(creditor.country),
      creditorIsBlocked: blocked.has(to),
      creditorIsTrusted: blocked.has(to),
      creditorScreening: 0,
      deviceIsBlocked: device !== undefined && blocked.has(device),
      channel,
      hour: new Date().getUTCHours(),
      hasCard: card !== undefined,
      mcc: card?.mcc ?? "",
      merchantCountry: card?.merchantCountry ?? "",
      merchantIsSepa: card !== undefined && isSEPACountry(card.merchantCountry),
      burst: add(payments, from, 1),
      dailySum: add(sums, from, amount) / 100,
      beneficiaries: addTo(beneficiaries, from, to),
      paidBefore: add(paid, to, 1),
      sharing: device === undefined ? 0 : addTo(payers, device, from),
      maximum: raise(maxima, from, amount),
    };
  };
}

function add(counters: Map<string, number>, key: string, by: number): number {
  const sum = (counters.get(key) ?? 0) + by;
  counters.set(key, sum);
  return sum;
}

function raise(maxima: Map<string, number>, key: string, to: number): number {
  const maximum = Math.max(maxima.get(key) ?? 0, to);
  maxima.set(key, maximum);
  return maximum;
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): number {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(value));
  return set.size;
}
