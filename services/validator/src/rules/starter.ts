import type { RuleDocument, RuleSetDocument } from "./document.ts";

// Amounts are in major units of whatever currency, without conversion: the rules are a start, and each house sets its
// own limits. Where Redis is away, only rules about large amounts ask for a review: an outage must not stop the trade.

const lists: RuleDocument[] = [
  {
    id: "blocked_debtor",
    description: "The debtor's account is on the list of blocked accounts.",
    expression: 'listed("blocked_accounts", debtor.account)',
    outcome: "decline",
    reason: { code: "account_blocked", message: "is blocked", pointer: "/debtor/account" },
    whenAway: "closed",
  },
  {
    id: "blocked_creditor",
    description: "The creditor's account is on the list of blocked accounts.",
    expression: 'listed("blocked_accounts", creditor.account)',
    outcome: "decline",
    reason: { code: "account_blocked", message: "is blocked", pointer: "/creditor/account" },
    subject: "creditor.account",
    whenAway: "closed",
  },
  {
    id: "blocked_device",
    description: "The payer's device was seen in fraud before.",
    expression: 'listed("blocked_devices", device)',
    outcome: "block_and_review",
    reason: { code: "device_blocked", message: "is blocked", pointer: "/device" },
    subject: "device",
    whenAway: "review",
  },
  {
    id: "trusted_creditor",
    description: "Small payments to known merchants and authorities speak for themselves.",
    expression: 'major < 5000.0 && listed("trusted_creditors", creditor.account)',
    score: -40,
    reason: { code: "creditor_trusted", message: "is trusted", pointer: "/creditor/account" },
    subject: "creditor.account",
    whenAway: "open",
  },
];

const sanctions: RuleDocument[] = [
  {
    id: "sanctioned_creditor",
    description: "The creditor's name is that of a sanctioned person or company.",
    expression: "screening(creditor.name) >= 95.0",
    outcome: "block_and_review",
    reason: { code: "name_sanctioned", message: "is on a sanctions list", pointer: "/creditor/name" },
    subject: "creditor.account",
    whenAway: "review",
  },
  {
    id: "sanctioned_debtor",
    description: "The debtor's name is that of a sanctioned person or company.",
    expression: "screening(debtor.name) >= 95.0",
    outcome: "block_and_review",
    reason: { code: "name_sanctioned", message: "is on a sanctions list", pointer: "/debtor/name" },
    whenAway: "review",
  },
  {
    id: "creditor_like_sanctioned",
    description: "The creditor's name is so like a sanctioned one that somebody must look.",
    expression: "screening(creditor.name) >= 85.0 && screening(creditor.name) < 95.0",
    score: 40,
    reason: {
      code: "name_like_sanctioned",
      message: "is like a name on a sanctions list",
      pointer: "/creditor/name",
    },
    subject: "creditor.account",
    whenAway: "review",
  },
  {
    id: "high_risk_country",
    description: "The creditor is in a country that the FATF calls for action against, as of October 2025.",
    expression: 'creditor.country in ["IR", "KP", "MM"]',
    outcome: "block_and_review",
    reason: {
      code: "country_high_risk",
      message: "is a high-risk country",
      pointer: "/creditor/country",
    },
    whenAway: "review",
  },
];

const velocity: RuleDocument[] = [
  {
    id: "debtor_burst",
    description: "Many payments from one account within an hour.",
    expression: 'count("1h", debtor.account) > 10',
    score: 40,
    reason: {
      code: "debtor_burst",
      message: "paid more than 10 times within an hour",
      pointer: "/debtor/account",
    },
    whenAway: "open",
  },
  {
    id: "debtor_daily_sum",
    description: "More than 20,000 from one account within a day. Small amounts are not held up for it.",
    expression: 'major >= 500.0 && toMajor(sum("24h", debtor.account)) > 20000.0',
    score: 30,
    reason: {
      code: "debtor_daily_sum",
      message: "paid more than 20,000 within a day",
      pointer: "/debtor/account",
    },
    whenAway: "review",
  },
  {
    id: "many_beneficiaries",
    description:
      "One account pays many others within a day: an account that was taken over is emptied like this.",
    expression: 'countDistinct("24h", debtor.account, creditor.account) > 8',
    score: 40,
    reason: {
      code: "many_beneficiaries",
      message: "paid more than 8 others within a day",
      pointer: "/debtor/account",
    },
    whenAway: "open",
  },
  {
    id: "new_beneficiary",
    description: "A large first payment to an account that nobody has paid for a month.",
    expression: 'major >= 2000.0 && count("30d", creditor.account) == 1',
    score: 25,
    reason: {
      code: "beneficiary_new",
      message: "was paid by nobody for 30 days",
      pointer: "/creditor/account",
    },
    subject: "creditor.account",
    whenAway: "review",
  },
  {
    id: "shared_device",
    description: "One device pays from many accounts within an hour.",
    expression: 'countDistinct("1h", device, debtor.account) > 3',
    score: 50,
    reason: {
      code: "device_shared",
      message: "paid from more than 3 accounts within an hour",
      pointer: "/device",
    },
    subject: "device",
    whenAway: "open",
  },
  {
    id: "largest_abroad",
    description: "The debtor's largest payment of the week leaves the SEPA area.",
    expression: 'major >= 3000.0 && !isSepa(creditor.country) && amount >= maximum("7d", debtor.account)',
    score: 20,
    reason: {
      code: "largest_abroad",
      message: "is the largest of the week, and leaves the SEPA area",
      pointer: "/instructedAmount/value",
    },
    whenAway: "open",
  },
];

const patterns: RuleDocument[] = [
  {
    id: "below_threshold",
    description: "Just below 10,000, where many countries ask for a report: structuring.",
    expression: "major >= 9500.0 && major < 10000.0",
    score: 25,
    reason: { code: "below_threshold", message: "is just below 10,000", pointer: "/instructedAmount/value" },
    whenAway: "open",
  },
  {
    id: "round_amount",
    description: "A round sum of thousands: bills seldom are.",
    expression: "major >= 1000.0 && amount % 100000 == 0",
    score: 10,
    reason: { code: "amount_round", message: "is a round sum", pointer: "/instructedAmount/value" },
    whenAway: "open",
  },
  {
    id: "night_payment",
    description: "A larger payment from home at an hour when people sleep.",
    expression: 'major >= 1000.0 && channel in ["web", "mobile"] && receivedAt.getHours("Europe/Berlin") < 5',
    score: 15,
    reason: { code: "night_payment", message: "was received between midnight and 5 o'clock", pointer: "" },
    whenAway: "open",
  },
  {
    id: "crypto_exchange",
    description: "The creditor calls itself after crypto currencies: money sent there does not come back.",
    expression:
      'major >= 500.0 && creditor.name.lowerAscii().matches("\\\\b(?:bitcoin|btc|crypto|usdt)\\\\b")',
    score: 25,
    reason: { code: "crypto_exchange", message: "seems to be a crypto exchange", pointer: "/creditor/name" },
    subject: "creditor.account",
    whenAway: "open",
  },
  {
    id: "high_risk_merchant",
    description: "Gambling, money transfer, quasi cash, adult content (ISO 18245 merchant category codes).",
    expression: 'major >= 500.0 && card.mcc in ["4829", "5967", "6051", "7995"]',
    score: 30,
    reason: { code: "merchant_high_risk", message: "is a category of high risk", pointer: "/card/mcc" },
    subject: "card.panFingerprint",
    whenAway: "open",
  },
  {
    id: "card_abroad",
    description: "A card pays a merchant outside of its holder's country, and not both are in the SEPA area.",
    expression:
      'card.bin != "" && major >= 300.0 && card.merchantCountry != debtor.country && !(isSepa(card.merchantCountry) && isSepa(debtor.country))',
    score: 20,
    reason: {
      code: "card_abroad",
      message: "is not the card holder's country",
      pointer: "/card/merchantCountry",
    },
    subject: "card.panFingerprint",
    whenAway: "open",
  },
];

/** What a new service decides with until its people publish rules of their own: 20 rules against fraud and laundering. */
export const starterRuleSet: RuleSetDocument = {
  name: "starter",
  description:
    "A start: blocked and trusted accounts, sanctions, velocity, and patterns of fraud and laundering.",
  scheme: "bands",
  bands: [
    { from: 40, outcome: "review" },
    { from: 80, outcome: "block_and_review" },
    { from: 120, outcome: "decline" },
  ],
  rules: [...lists, ...sanctions, ...velocity, ...patterns],
};
