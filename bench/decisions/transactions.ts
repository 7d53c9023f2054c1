/** What a client sends, apart from what its stream decides: HTTP/1.1, the connection stays open. */
const PATH = "/v1/transactions";
/** Whoever pays: payments of one person are rare, so that a second of 10,000 payments is of nearly as many people. */
const DEBTORS = 2_000_000;
/** Whoever is paid: merchants, of which a few get a large part of all payments. */
const CREDITORS = 50_000;

const GIVEN = ["Anna", "Erika", "Jonas", "Lukas", "Marie", "Mehmet", "Olga", "Sofia", "Thomas", "Zoë"];
const FAMILY = [
  "Albrecht",
  "Bauer",
  "Çelik",
  "Dietrich",
  "Fischer",
  "Groß",
  "Hofmann",
  "Müller",
  "Nowak",
  "Weber",
];
const TRADE = ["Bäckerei", "Buchhandlung", "Energie", "Markt", "Reisen", "Stadtwerke", "Technik", "Versand"];
const BANKS = [10_010_010, 20_041_133, 37_040_044, 50_010_517, 60_050_101, 70_150_000] as const;
const BICS = [
  "PBNKDEFFXXX",
  "COBADEHDXXX",
  "COBADEFFXXX",
  "INGDDEFFXXX",
  "SOLADESTXXX",
  "SSKMDEMMXXX",
] as const;
/** ISO 18245; 7995 is gambling, which a rule looks at. */
const CATEGORIES = ["5411", "5411", "5411", "5541", "5651", "5732", "5812", "5912", "5999", "7995"];

/**
 * Payments as a bank in Germany might see them, the same ones for each seed. Each has message ids of its own and every
 * second one an idempotency key: both are made of its number. About one in a hundred is a hit of a rule.
 */
export class PaymentStream {
  readonly #host: string;
  readonly #run: string;
  #state: number;
  readonly #createdAt = new Date().toISOString();

  /** `run` tells ids of this run from those of all others. */
  constructor(host: string, run: string, seed: number) {
    this.#host = host;
    this.#run = run;
    this.#state = seed;
  }

  /** A request as it goes over the wire; its characters are the bytes. */
  request(sequence: number): string {
    const body = this.#body(sequence);
    // Half of the payments, in no step with anything else that goes by turns.
    const key = this.#random() < 0.5 ? `idempotency-key: ${this.#id(sequence)}\r\n` : "";
    return `POST ${PATH} HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/json\r\n${key}content-length: ${body.length}\r\n\r\n${body}`;
  }

  #id(sequence: number): string {
    return `${this.#run}-${String(sequence).padStart(9, "0")}`;
  }

  #body(sequence: number): string {
    const debtor = Math.floor(DEBTORS * this.#random() ** 2);
    // Zipf: the n-th of them is paid 1/n times as often as the first.
    const creditor = Math.floor(CREDITORS ** this.#random()) - 1;
    const card = this.#random() < 0.4;
    const id = this.#id(sequence);
    const context = card
      ? `,"channel":"card","card":{"panFingerprint":"${String(debtor).padStart(32, "f")}","bin":"411111","mcc":"${CATEGORIES[creditor % CATEGORIES.length]}","merchantCountry":"DE"}`
      : `,"channel":"${debtor % 3 === 0 ? "web" : "mobile"}","ip":"10.${(debtor >> 16) & 255}.${(debtor >> 8) & 255}.${debtor & 255}","device":"device-${debtor}"`;
    return `{"messageId":"M-${id}","endToEndId":"E-${id}","creationDateTime":"${this.#createdAt}","instructedAmount":{"value":"${this.#amount()}","currency":"EUR"},"debtor":${person(debtor)},"creditor":${merchant(creditor)}${context}}`;
  }

  /** Minor units: most payments are of some ten euros, one in a hundred is above a thousand. */
  #amount(): number {
    const bell = this.#random() + this.#random() + this.#random() - 1.5;
    return Math.max(99, Math.round(3000 * Math.exp(bell * 3.2)));
  }

  /** mulberry32: 32 bits of state, and fast. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

const PERSONS = GIVEN.flatMap((given) => FAMILY.map((family) => wire(`${given} ${family}`)));
const MERCHANTS = TRADE.flatMap((trade) => FAMILY.map((family) => wire(`${trade} ${family} GmbH`)));

function person(number: number): string {
  return party(PERSONS[number % PERSONS.length]!, number, 0);
}

function merchant(number: number): string {
  return party(MERCHANTS[number % MERCHANTS.length]!, number, 5_000_000_000);
}

function party(name: string, number: number, firstAccount: number): string {
  const bank = number % BANKS.length;
  return `{"name":"${name}","account":{"iban":"${germanIban(BANKS[bank]!, firstAccount + number)}"},"agent":{"bic":"${BICS[bank]}"},"country":"DE"}`;
}

/** ISO 13616: bank and account, then "DE00" as 131400, modulo 97; by parts, because the whole is beyond 2^53. */
function germanIban(bank: number, account: number): string {
  const rest = ((bank % 97) * (10 ** 16 % 97) + (account % 97) * (10 ** 6 % 97) + 131_400) % 97;
  return `DE${String(98 - rest).padStart(2, "0")}${bank}${String(account).padStart(10, "0")}`;
}

/** UTF-8, one character for each byte. */
function wire(text: string): string {
  return Buffer.from(text).toString("latin1");
}
