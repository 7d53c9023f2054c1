import type { Socket } from "node:net";
import type { Asked } from "./answers.ts";
import { type Flushable, flushSoon } from "./batch.ts";
import { isRechunked, responseForClient } from "./forwarded-heads.ts";
import type { Framing } from "./http/body.ts";
import { Outgoing } from "./http/outgoing.ts";
import type { ResponseHead } from "./http/response-head.ts";
import type { TargetConnection, TargetFailure, TargetUser } from "./target-connection.ts";
import type { Target, TargetGroup } from "./targets.ts";

/** The client whose request is being forwarded. */
export interface Client extends Asked {
  readonly socket: Socket;
  /** The request, head and body; what is collected there has not been sent yet. */
  readonly toTarget: Outgoing;
  readonly requestEnded: boolean;
  keepAlive: boolean;
  pauseReading(): void;
  resumeReading(): void;
  /** The response does not go out as fast as it comes in. */
  blocked(): void;
  /** Answers in place of the target, which has not begun to. */
  answerError(status: number): void;
  /** The connection belongs to another protocol from here on. */
  tunnel(): void;
  finished(): void;
  /** Cuts the connection, so that the client sees that its response is not complete. */
  abort(): void;
}

/** RFC 9110 section 9.2.1: these change nothing, so a target may see one of them twice. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** One request on its way to a target, and the response on its way back. Serves one client connection for good. */
export class Exchange implements TargetUser, Flushable {
  readonly toClient = new Outgoing(true);
  isHead = false;
  queued = false;

  readonly #client: Client;
  #group: TargetGroup | undefined;
  #target: Target | undefined;
  #connection: TargetConnection | undefined;
  #head = "";
  #upgrades = false;
  #responding = false;
  #tunnel = false;
  #retried = false;
  #tried: Target[] | undefined;
  #sentAt = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  get requestEnded(): boolean {
    return this.#client.requestEnded;
  }

  get active(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether part of a response has gone to the client, so that no other can follow. */
  get responding(): boolean {
    return this.#responding;
  }

  /** @param head what `client.toTarget` begins with. @param upgrades whether the target may switch protocols. */
  start(group: TargetGroup, head: string, upgrades: boolean): void {
    this.#group = group;
    this.#target = undefined;
    this.#head = head;
    this.#upgrades = upgrades;
    this.isHead = this.#client.method === "HEAD";
    this.#responding = false;
    this.#retried = false;
    this.#tried = undefined;
    this.#attempt(false, 503);
  }

  /** Answers in place of a target. */
  say(text: string): void {
    this.toClient.head(text);
    flushSoon(this);
  }

  flushNow(): void {
    if (!this.toClient.empty) this.toClient.flush(this.#client.socket);
    if (!this.#client.toTarget.empty) this.pass();
  }

  /** Passes on what has come from the client since. @returns false when the target cannot take more now. */
  pass(): boolean {
    const connection = this.#connection;
    if (connection === undefined || !connection.isConnected) return true;
    if (!this.#client.toTarget.flush(connection.socket)) {
      connection.expectProgress();
      this.#client.pauseReading();
      return false;
    }
    if (this.requestEnded && !this.#tunnel) connection.expectProgress();
    else connection.expectNothing();
    return true;
  }

  /** The client takes bytes again. */
  resumeTarget(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (connection.socket.isPaused()) connection.socket.resume();
    if (this.requestEnded && !this.#tunnel && connection.isConnected) connection.expectProgress();
  }

  /** The client has nothing more to say in the other protocol. */
  endTunnel(): void {
    this.#connection?.socket.end();
  }

  /** The client is gone or is not worth answering: the target must not take half a request for a whole one. */
  abandon(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    connection.abandon();
    if (this.#responding) this.toClient.clear();
    this.#target!.finish();
  }

  /** Counts an answer that the load balancer gave in this exchange. */
  countElb(status: number): void {
    this.#group?.counters.countElb(status);
    this.#target?.counters.countElb(status);
  }

  // What follows is told by the target's connection.

  connected(): void {
    this.#sentAt = performance.now();
    if (this.requestEnded) flushSoon(this);
    else if (this.pass()) this.#client.resumeReading();
  }

  drained(): void {
    const connection = this.#connection!;
    if (this.requestEnded && !this.#tunnel) connection.expectProgress();
    else {
      connection.expectNothing();
      this.#client.resumeReading();
    }
  }

  interim(head: ResponseHead): void {
    // RFC 9110 section 15.2: an HTTP/1.0 client would take it for the response.
    if (!this.#client.old) this.toClient.head(`${head.kept()}\r\n`);
  }

  switched(head: ResponseHead): boolean {
    if (!this.#upgrades || head.fields.upgrade.toLowerCase() !== "websocket") return false;
    this.#count(head.status);
    this.#tunnel = true;
    this.toClient.head(`${head.kept()}Connection: Upgrade\r\nUpgrade: ${head.fields.upgrade}\r\n\r\n`);
    this.#client.tunnel();
    return true;
  }

  begins(head: ResponseHead, framing: Framing): void {
    const client = this.#client;
    // Earlier responses must not be lost with this one if it turns out to be broken.
    if (!this.toClient.empty) this.toClient.flush(client.socket);
    this.#count(head.status);
    // A body that is only half sent when its answer comes may never end: the next request could not be told from it.
    if (!client.requestEnded) client.keepAlive = false;
    // HTTP/1.0 learns from the closing that a body of unknown length is complete.
    if (client.old && (framing === "chunked" || framing === "until-close")) client.keepAlive = false;
    this.toClient.chunked = isRechunked(framing, client);
    this.toClient.head(responseForClient(head, framing, client));
  }

  flush(): boolean {
    if (this.#tunnel) this.#client.tunnel();
    if (this.toClient.flush(this.#client.socket)) return true;
    this.#client.blocked();
    return false;
  }

  completed(): void {
    this.toClient.end();
    this.toClient.chunked = false;
    flushSoon(this);
    this.#connection = undefined;
    this.#target!.finish();
    this.#client.finished();
  }

  failed(reason: TargetFailure, connection: TargetConnection): void {
    const target = this.#target!;
    this.#connection = undefined;
    target.finish();
    if (this.#tunnel) {
      this.#tunnel = false;
      this.#client.finished();
    } else if (this.#responding) {
      this.toClient.clear();
      this.#client.abort();
    } else if (reason === "unreachable" || reason === "connect-timeout") {
      // Nothing was sent, so another target may have the request, whatever its method.
      target.counters.connectionErrors++;
      this.#group!.counters.connectionErrors++;
      (this.#tried ??= []).push(target);
      this.#attempt(false, reason === "unreachable" ? 502 : 504);
    } else if (this.#mayRepeat(reason, connection)) {
      this.#retried = true;
      this.#client.toTarget.clear();
      this.#client.toTarget.head(this.#head);
      this.#attempt(true, 502);
    } else this.#giveUp(reason === "idle-timeout" ? 504 : 502);
  }

  /**
   * A target closes a connection that was idle too long for it at the very moment when a request is sent:
   * the request was then lost, not refused. Only a request that changes nothing may be repeated, because
   * the target may have read it all the same; and none with a body, which is not kept.
   */
  #mayRepeat(reason: TargetFailure, connection: TargetConnection): boolean {
    if (reason !== "closed" || this.#retried || !connection.reused || connection.answered) return false;
    return SAFE_METHODS.has(this.#client.method) && this.#bodyless;
  }

  get #bodyless(): boolean {
    return this.requestEnded && this.#client.toTarget.bodySize === 0;
  }

  #attempt(fresh: boolean, statusOfNone: number): void {
    const target = this.#group!.choose(this.#tried);
    if (target === undefined) {
      this.#giveUp(statusOfNone);
      return;
    }
    this.#target = target;
    const connection = target.take(fresh);
    this.#connection = connection;
    connection.begin(this);
    if (connection.isConnected) this.connected();
    else if (!this.requestEnded) this.#client.pauseReading();
  }

  #giveUp(status: number): void {
    this.countElb(status);
    this.#client.answerError(status);
  }

  #count(status: number): void {
    this.#responding = true;
    const elapsed = performance.now() - this.#sentAt;
    this.#target!.counters.countTarget(status);
    this.#target!.counters.responseTime += elapsed;
    this.#group!.counters.countTarget(status);
    this.#group!.counters.responseTime += elapsed;
  }
}
