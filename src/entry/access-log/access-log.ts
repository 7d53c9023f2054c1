import type { AccessLogSettings } from "../configuration.ts";
import type { ConnectionFacts } from "../connection-facts.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { Totals } from "../metrics.ts";
import type { RequestRecord } from "../request-record.ts";
import { accessLogLine } from "./line.ts";
import { LogFile } from "./log-file.ts";

/** How long the disk may take when nobody wants the log any more, in milliseconds. */
const CLOSE_DEADLINE = 2_000;

/** Where requests are written down when they are over: best effort, as on AWS. */
export class AccessLog {
  readonly #name: string;
  readonly #file: LogFile;

  constructor({ file, name, buffer }: AccessLogSettings, totals: Totals) {
    this.#name = name;
    this.#file = new LogFile(file, buffer, (lines) => {
      totals.accessLogDropped += lines;
    });
  }

  isAt({ file, name, buffer }: AccessLogSettings): boolean {
    return this.#file.path === file && this.#name === name && this.#file.limit === buffer;
  }

  /** @param request undefined when its head was not understood. @param sent bytes, of this request's answer. */
  request(
    facts: ConnectionFacts,
    record: RequestRecord,
    request: RequestHead | undefined,
    sent: number,
  ): void {
    this.#file.append(accessLogLine(this.#name, facts, record, request, sent));
  }

  close(): Promise<void> {
    return this.#file.close(CLOSE_DEADLINE);
  }
}
