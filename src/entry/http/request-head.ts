import { CR, LF, SPACE, TARGET, TOKEN } from "./characters.ts";
import { Fields, INCOMPLETE } from "./fields.ts";
import { latin1 } from "./latin1.ts";
import { MAX_FORWARDED_ADDRESSES, MAX_REQUEST_HEAD, MAX_REQUEST_LINE } from "./limits.ts";
import { MessageHead } from "./message-head.ts";
import { MessageRefused } from "./refused.ts";

// RFC 3986 section 3.2.2 without the comma, which is how two Host fields look when joined.
const HOST =
  /^(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+(?::[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?$/;
const ABSOLUTE = /^https?:\/\/([^/?]*)(.*)$/i;
const VERSION = /^HTTP\/[0-9]\.[0-9]$/;

/**
 * The head of one request (RFC 9112 sections 2.2 to 6), read incrementally and strictly: what two parsers
 * could read in two ways is refused. One instance serves every request of a connection.
 */
export class RequestHead extends MessageHead {
  method = "";
  /** Origin-form or "*"; an absolute-form target has been rewritten. */
  target = "";
  /** As the client sent it, or the authority of an absolute-form target; empty only in HTTP/1.0. */
  host = "";
  /** The target without its query, which starts at `target[path.length]` if there is one. */
  path = "";

  #methodTo = 0;
  #targetTo = 0;
  #rewritten = false;
  /** The last one that was checked: a connection mostly asks one host. */
  #knownHost: string | undefined;

  constructor() {
    super(new Fields(true, MAX_REQUEST_HEAD));
  }

  /**
   * The request line in HTTP/1.1 and the fields that are passed on; every line with its CRLF.
   * @param ownHost the Host of a request that has none.
   */
  kept(ownHost: string): string {
    if (!this.old && !this.#rewritten) return this.fields.kept(this.text, 0);
    let fields = this.fields.kept(this.text, this.fieldsAt);
    if (this.host === "") fields = `Host: ${ownHost}\r\n${fields}`;
    else if (this.#rewritten) fields = `Host: ${this.host}\r\n${fields.replace(/^host:[^\r]*\r\n/im, "")}`;
    return `${this.method} ${this.target} HTTP/1.1\r\n${fields}`;
  }

  userAgent(): string {
    return this.text.slice(this.fields.agentFrom, this.fields.agentTo);
  }

  protected override readLine(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && TOKEN[bytes[at]!] === 1) at++;
    const methodTo = at;
    if (at < to && (bytes[at] !== SPACE || at === from))
      throw new MessageRefused(400, "the method has a wrong character");
    at++;
    while (at < to && TARGET[bytes[at]!] === 1) at++;
    const targetTo = at;
    if (at < to && (bytes[at] !== SPACE || at === methodTo + 1)) {
      throw new MessageRefused(400, "the target has a wrong character");
    }
    // "HTTP/1.1" and CRLF.
    const end = targetTo + 11;
    if ((end < to ? end : to) - from > MAX_REQUEST_LINE)
      throw new MessageRefused(414, "the request line is too long");
    if (end > to) {
      refuseWrongVersion(bytes, targetTo + 1, to);
      return INCOMPLETE;
    }
    // "HTTP" as one number, "/1." and the digit: comparing bytes spares a string.
    const isOne =
      bytes.readUInt32BE(targetTo + 1) === 0x48545450 && bytes.readUInt16BE(targetTo + 5) === 0x2f31;
    const minor = bytes[targetTo + 8]! - 0x30;
    if (
      !isOne ||
      bytes[targetTo + 7] !== 0x2e ||
      minor < 0 ||
      minor > 1 ||
      bytes[end - 2] !== CR ||
      bytes[end - 1] !== LF
    ) {
      refuseWrongVersion(bytes, targetTo + 1, end);
      throw new MessageRefused(400, "the request line does not end in HTTP/1.1");
    }
    this.old = minor === 0;
    this.#methodTo = methodTo - from;
    this.#targetTo = targetTo - from;
    return end;
  }

  protected override conclude(): void {
    const { fields } = this;
    this.method = this.text.slice(0, this.#methodTo);
    this.target = this.text.slice(this.#methodTo + 1, this.#targetTo);
    if (this.method === "TRACE" || this.method === "CONNECT")
      throw new MessageRefused(405, "the method is not supported");
    if (fields.hosts > 1 || (fields.hosts === 0 && !this.old))
      throw new MessageRefused(400, "not exactly one Host");
    if (this.old && fields.chunked) throw new MessageRefused(400, "Transfer-Encoding in HTTP/1.0");
    this.host = fields.hosts === 0 ? "" : this.text.slice(fields.hostFrom, fields.hostTo);
    if (fields.hosts === 1) this.#checkHost();
    this.#rewritten = false;
    if (this.target.charCodeAt(0) !== 0x2f) this.#readOtherForm();
    const query = this.target.indexOf("?");
    this.path = query === -1 ? this.target : this.target.slice(0, query);
    if (fields.forwardedFor !== "" && fields.forwardedFor.split(",").length > MAX_FORWARDED_ADDRESSES) {
      throw new MessageRefused(463, "X-Forwarded-For has too many addresses");
    }
  }

  /** asterisk-form and absolute-form; authority-form belongs to CONNECT alone. */
  #readOtherForm(): void {
    if (this.target === "*" && this.method === "OPTIONS") return;
    const absolute = ABSOLUTE.exec(this.target);
    if (absolute === null) throw new MessageRefused(400, "the target is in no form that this method has");
    // RFC 9112 section 3.2.2: the target's authority replaces whatever Host says.
    this.host = absolute[1]!;
    this.#checkHost();
    const rest = absolute[2]!;
    this.target = rest.startsWith("/") ? rest : `/${rest}`;
    this.#rewritten = true;
  }

  #checkHost(): void {
    if (this.host === this.#knownHost) return;
    if (!HOST.test(this.host)) throw new MessageRefused(400, "Host is not a host and a port");
    this.#knownHost = this.host;
  }
}

/** Refuses as soon as the bytes cannot become a version any more, so that nobody waits for a time-out. */
function refuseWrongVersion(bytes: Buffer, from: number, to: number): void {
  const seen = latin1(bytes, from, Math.max(from, to));
  const version = seen.slice(0, 8);
  // The one version that clients do try: HTTP/2 with prior knowledge.
  if (version === "HTTP/2.0") throw new MessageRefused(505, "HTTP/2 is not spoken here");
  const possible =
    VERSION.test(version + "HTTP/1.1".slice(version.length)) && "\r\n".startsWith(seen.slice(8, 10));
  if (!possible) throw new MessageRefused(400, "the request line has no HTTP version");
}
