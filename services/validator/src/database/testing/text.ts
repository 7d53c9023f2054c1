import fc from "fast-check";

/** Text that databases take: any character but U+0000, and often those that mean something in SQL. */
export const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom("'", '"', "`", "\\", "$1", "--", "/*", "\n", "\r", "\u001a", "%", "ß", "日", "😀"),
      fc.integer({ min: 1, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
    ),
    { maxLength: 12 },
  )
  .map((characters) => characters.join(""));
