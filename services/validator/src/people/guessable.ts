// What is guessed first (OWASP ASVS 5.0, 6.2.4) is not a list of 3000 passwords, nearly all of which are too short here, but
// how people make them longer: words that everybody takes, runs along the keyboard, years, and the same once more.

/** What stands in the most frequent passwords of published leaks, by its beginning. */
const WORDS = `
  password passwort passphrase motdepasse contrasena welcome willkommen letmein secret admin
  administrator login master superman batman pokemon starwars football fussball baseball basketball
  soccer hockey dragon monkey shadow sunshine princess iloveyou trustno whatever freedom computer
  internet samsung google facebook michael jennifer jessica charlie ashley daniel jordan thomas andrew
  matthew spring summer autumn winter fruehling sommer herbst monday friday january december changeme
  company default test temp user guest root hello flower qwertz azerty asdf qazwsx
`
  .trim()
  .split(/\s+/)
  .toSorted((a, b) => b.length - a.length);

const ROWS = ["1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"];
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** Characters of a password as who guesses counts them: a word, a year or a run is one, and what comes again is none. */
export function countedLength(password: string): number {
  const lower = password.toLowerCase();
  const once = /^(.+?)\1+$/su.exec(lower)?.[1] ?? lower;
  const plain = once.replaceAll(/[0134571@$!]/g, (character) => LOOKS_LIKE[character] ?? character);
  let counted = 0;
  for (let index = 0; index < once.length; counted++) {
    const word = WORDS.find((each) => plain.startsWith(each, index) || once.startsWith(each, index));
    const year = /^(?:19|20)\d\d/.exec(once.slice(index, index + 4))?.[0];
    const skipped = word?.length ?? year?.length ?? runAt(once, index);
    index += skipped;
  }
  return counted;
}

/** How many characters from there on are each beside the one before, or the same. */
function runAt(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && areBeside(text[end - 1] as string, text[end] as string)) end++;
  // Two that are beside each other are in every word.
  return end - from > 2 ? end - from : 1;
}

function areBeside(one: string, other: string): boolean {
  if (Math.abs(one.charCodeAt(0) - other.charCodeAt(0)) <= 1) return true;
  return ROWS.some((row) => {
    const [a, b] = [row.indexOf(one), row.indexOf(other)];
    return a >= 0 && b >= 0 && Math.abs(a - b) === 1;
  });
}
