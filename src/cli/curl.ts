/**
 * A request as a command to copy: over TLS with the authority that the twin's certificate is from.
 * @param authority a PEM file. @param options as they stand in the command.
 */
export function curl(url: string, authority: string | null, options = ""): string {
  const trust = url.startsWith("https:") && authority !== null ? `--cacert ${quoted(authority)}` : "";
  return ["curl", options, trust, url].filter((word) => word !== "").join(" ");
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
