/** Which bytes may stand where: a 1 at the byte's index (RFC 9110 section 5.6.2 and 5.5, RFC 9112 section 3). */
function table(accepts: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (accepts(byte) ? 1 : 0));
}

export const CR = 0x0d;
export const LF = 0x0a;
export const SPACE = 0x20;
export const TAB = 0x09;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

const TOKEN_CHARACTERS = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;

/** tchar: what methods and field names are made of. */
export const TOKEN = table((byte) => byte < 0x80 && TOKEN_CHARACTERS.test(String.fromCharCode(byte)));

/** Visible characters, space, tab and obs-text; no other control byte, so no NUL, CR or LF. */
export const FIELD_VALUE = table((byte) => byte === TAB || (byte >= SPACE && byte !== 0x7f));

/** Visible ASCII without "#": a fragment is never sent, and raw bytes above ASCII are not a URI. */
export const TARGET = table((byte) => byte > SPACE && byte < 0x7f && byte !== 0x23);

/** Whether bytes[from, to) is `name` in any case. `name` is lower-case letters and hyphens only. */
export function spells(bytes: Uint8Array, from: number, to: number, name: string): boolean {
  if (to - from !== name.length) return false;
  for (let index = 0; index < name.length; index++) {
    const byte = bytes[from + index]!;
    // Upper case differs from lower case in this bit; a hyphen (0x2d) has it, and CR (0x0d), which
    // would become one, is kept out by the test for it.
    if (byte === CR || (byte | 0x20) !== name.charCodeAt(index)) return false;
  }
  return true;
}
