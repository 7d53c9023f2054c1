export interface DocumentsConfig {
  /** `mongodb://` or `mongodb+srv://`, one host or several. */
  url: string;
  /** Who signs in, where that does not come with the address. */
  username: string | undefined;
  password: string | undefined;
  /** A file of certificates (PEM) that the servers' are signed by, beside those that Node.js knows. */
  caFile: string | undefined;
  /** Milliseconds in which an operation, or a transaction as a whole, must be answered. */
  timeout: number;
}

const ADDRESS = /^mongodb(?:\+srv)?:\/\/[^/?#\s]+(?:\/[^\s]*)?$/;
const TIMEOUT = 4500;

/**
 * Reads where documents are kept from the environment; adds what is wrong to `problems`. Undefined where no store was
 * given. An empty variable counts as absent.
 */
export function readDocumentsConfig(
  env: Record<string, string | undefined>,
  problems: string[],
): DocumentsConfig | undefined {
  const url = env["DOCUMENTS_URL"];
  if (!url) return undefined;
  if (!ADDRESS.test(url)) problems.push("DOCUMENTS_URL must be a mongodb:// or mongodb+srv:// address");
  const given = env["DOCUMENTS_TIMEOUT_MS"] || String(TIMEOUT);
  const timeout = /^\d{3,5}$/.test(given) ? Number(given) : Number.NaN;
  if (!(timeout >= 100 && timeout <= 60_000))
    problems.push("DOCUMENTS_TIMEOUT_MS must be a whole number from 100 to 60000");
  const [username, password] = [env["DOCUMENTS_USERNAME"], env["DOCUMENTS_PASSWORD"]];
  if (!username !== !password)
    problems.push("DOCUMENTS_USERNAME and DOCUMENTS_PASSWORD must be given together, or neither");
  return {
    url,
    username: username || undefined,
    password: password || undefined,
    caFile: env["DOCUMENTS_CA_FILE"] || undefined,
    timeout,
  };
}
