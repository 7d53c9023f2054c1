// ISO 4217 list one (active codes), as published in the public table datasets/currency-codes, February 2026.

const none = `
  BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
`;
const two = `
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
  CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
  GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
  LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
  PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
  SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW
  ZWG
`;
const three = `
  BHD IQD JOD KWD LYD OMR TND
`;
const four = `
  CLF UYW
`;

// Metals, bond units, the testing code and "no currency": they have no minor unit, so no amount can be given in it.
const withoutMinorUnit = `
  XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX
`;

const codes = (list: string) => list.trim().split(/\s+/);

/** ISO 4217 code to the digits of its minor unit (2: the value counts hundredths); undefined where it has none. */
export const minorUnitDigits: ReadonlyMap<string, number | undefined> = new Map([
  ...codes(none).map((code) => [code, 0] as const),
  ...codes(two).map((code) => [code, 2] as const),
  ...codes(three).map((code) => [code, 3] as const),
  ...codes(four).map((code) => [code, 4] as const),
  ...codes(withoutMinorUnit).map((code) => [code, undefined] as const),
]);
