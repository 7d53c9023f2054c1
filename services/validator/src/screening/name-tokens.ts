/** Letters that Unicode's decomposition leaves whole. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
};

const TITLES = new Set(["mr", "mrs", "ms", "miss", "dr", "prof", "sir"]);

/** Written apart or together as the writer likes: `AL QAIDA`, `AL-QAIDA`, `ALQAIDA`. */
const PARTICLES = new Set(
  "al el ul abd abu abou bin ben ibn bint van von der den de la du di da mc mac o".split(" "),
);

/** What says little about who is meant: legal forms in the languages that lists are full of. */
export const LEGAL_FORMS: ReadonlySet<string> = new Set(
  (
    "ltd limited llc llp inc corp corporation co company gmbh ag kg sa sarl sas srl spa bv nv oy ab as aps " +
    "plc pjsc pjs ojsc oao ooo zao jsc cjsc fze fzco fzc fz dmcc pte pvt pty cv ca group holding holdings"
  ).split(" "),
);

const MAX_TOKENS = 16;

/** Small letters without marks, as payments and lists write them differently. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæœøđðþłı]/gu, (letter) => LETTERS[letter] as string);
}

/**
 * The words of a name, in one or two spellings: every mark separates; and, where that differs, hyphens and apostrophes
 * join, and so do particles. A list writes `SURNAME, Given names`; order does not matter to whoever compares, so both
 * come out alike. Empty where there is no letter or digit.
 */
export function spellings(name: string): readonly (readonly string[])[] {
  const text = plain(name);
  const apart = words(text.replace(/['’`´]/g, ""));
  const together = joinParticles(words(text.replace(/[-‐‑'’`´]/g, "")));
  if (apart.length === 0) return [];
  return together.join(" ") === apart.join(" ") ? [apart] : [apart, together];
}

function words(text: string): string[] {
  const all = text
    // `CO., S.A.` are `co` and `sa`: dots between single letters abbreviate.
    .replace(/(?<=\b\p{L})\.(?=\p{L}\b)/gu, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  const named = all.filter((word) => !TITLES.has(word));
  return [...new Set(named.length > 0 ? named : all)].slice(0, MAX_TOKENS);
}

function joinParticles(tokens: readonly string[]): string[] {
  const joined: string[] = [];
  let held = "";
  for (const token of tokens) {
    if (PARTICLES.has(token)) {
      held += token;
      continue;
    }
    joined.push(held + token);
    held = "";
  }
  if (held !== "") joined.push(held);
  return [...new Set(joined)];
}
