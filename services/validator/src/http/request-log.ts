import type { FastifyBaseLogger } from "fastify";

type Line = Parameters<FastifyBaseLogger["info"]>;

/**
 * The logger of one request, made when it is first used: hardly any request logs a line, and pino writes the fields of
 * a child as soon as there is one.
 */
export class RequestLog implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger;
  readonly #fields: object;
  #made: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, fields: object) {
    this.#parent = parent;
    this.#fields = fields;
  }

  get #log(): FastifyBaseLogger {
    return (this.#made ??= this.#parent.child(this.#fields));
  }

  get level(): string {
    return this.#log.level;
  }
  set level(level: string) {
    this.#log.level = level;
  }

  fatal(...line: Line): void {
    this.#log.fatal(...line);
  }
  error(...line: Line): void {
    this.#log.error(...line);
  }
  warn(...line: Line): void {
    this.#log.warn(...line);
  }
  info(...line: Line): void {
    this.#log.info(...line);
  }
  debug(...line: Line): void {
    this.#log.debug(...line);
  }
  trace(...line: Line): void {
    this.#log.trace(...line);
  }
  silent(...line: Line): void {
    this.#log.silent(...line);
  }
  child(...options: Parameters<FastifyBaseLogger["child"]>): FastifyBaseLogger {
    return this.#log.child(...options);
  }
}
