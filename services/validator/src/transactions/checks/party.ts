import {
  isSEPACountry,
  validateBIC,
  validateIBAN,
  ValidationErrorsBIC,
  ValidationErrorsIBAN,
} from "ibantools";

import { countries } from "../../reference/countries.ts";
import { isSoundIban } from "../../reference/iban.ts";
import { remembered } from "../../reference/remembered.ts";
import { finding, type FindingCode, type Reason } from "../reasons.ts";
import type { Party, Transaction } from "../transaction.ts";

export function checkParties(
  { debtor, creditor, card }: Transaction,
  _context: unknown,
  reasons: Reason[],
): void {
  checkParty(debtor, "/debtor", reasons);
  checkParty(creditor, "/creditor", reasons);
  if (card !== undefined && !countries.has(card.merchantCountry)) {
    reasons.push(finding("country_unknown", "/card/merchantCountry"));
  }
}

function checkParty({ account, bic, country }: Party, pointer: string, reasons: Reason[]): void {
  const { iban } = account;
  const countryIsKnown = countries.has(country);
  if (!countryIsKnown) reasons.push(finding("country_unknown", `${pointer}/country`));

  // Countries are compared only where both are sound: a wrong one has a reason of its own already.
  let ibanCountry: string | undefined;
  if (iban !== undefined) {
    const fault = ibanFault(iban);
    if (fault === undefined) ibanCountry = iban.slice(0, 2);
    else reasons.push(finding(fault, `${pointer}/account/iban`));
  }
  if (ibanCountry !== undefined && countryIsKnown && !mayHoldAccountIn(country, ibanCountry)) {
    reasons.push(finding("iban_country_mismatch", `${pointer}/account/iban`));
  }

  if (bic === undefined) return;
  const fault = bicFault(bic);
  if (fault !== undefined) reasons.push(finding(fault, `${pointer}/agent/bic`));
  else if (ibanCountry !== undefined && !sharesIban(bic.slice(4, 6), ibanCountry)) {
    reasons.push(finding("bic_country_mismatch", `${pointer}/agent/bic`));
  }
}

const IBAN_FAULTS: Record<ValidationErrorsIBAN, FindingCode> = {
  [ValidationErrorsIBAN.NoIBANProvided]: "iban_format",
  [ValidationErrorsIBAN.NoIBANCountry]: "iban_country_unknown",
  [ValidationErrorsIBAN.WrongBBANLength]: "iban_length",
  [ValidationErrorsIBAN.WrongBBANFormat]: "iban_format",
  [ValidationErrorsIBAN.ChecksumNotNumber]: "iban_format",
  [ValidationErrorsIBAN.WrongIBANChecksum]: "iban_checksum",
  [ValidationErrorsIBAN.WrongAccountBankBranchChecksum]: "iban_account_checksum",
  [ValidationErrorsIBAN.QRIBANNotAllowed]: "iban_format",
};

/** The first fault of an IBAN (ISO 13616, electronic format); undefined where it is sound. */
export function ibanFault(iban: string): FindingCode | undefined {
  if (isSoundIban(iban)) return undefined;
  const fault = validateIBAN(iban).errorCodes[0];
  return fault === undefined ? "iban_format" : IBAN_FAULTS[fault];
}

/** The fault of a BIC (ISO 9362); undefined where it is sound. */
export const bicFault = remembered((bic): FindingCode | undefined => {
  // The library takes small letters for capitals; the standard does not.
  if (bic !== bic.toUpperCase()) return "bic_format";
  const { valid, errorCodes } = validateBIC(bic);
  if (valid) return undefined;
  return errorCodes[0] === ValidationErrorsBIC.NoBICCountry ? "bic_country_unknown" : "bic_format";
});

/**
 * Within the SEPA area people hold accounts where they like, and refusing one for its country is
 * unlawful there (Regulation (EU) 260/2012, article 9), so only other pairs deserve a look.
 */
function mayHoldAccountIn(partyCountry: string, ibanCountry: string): boolean {
  if (sharesIban(partyCountry, ibanCountry)) return true;
  return isSEPACountry(partyCountry) && isSEPACountry(ibanCountry);
}

/** Territories whose banks have BICs of their own but IBANs of another country. */
const IBAN_OF: Record<string, string> = {
  ...Object.fromEntries(
    ["GF", "GP", "MQ", "RE", "YT", "BL", "MF", "PM", "NC", "PF", "WF", "TF"].map((c) => [c, "FR"]),
  ),
  ...Object.fromEntries(["GG", "IM", "JE"].map((c) => [c, "GB"])),
  AX: "FI",
};

function sharesIban(country: string, ibanCountry: string): boolean {
  return country === ibanCountry || IBAN_OF[country] === ibanCountry;
}
