import { errorAnswer } from "./answers.ts";
import { type Flushable, flushSoon } from "./batch.ts";
import type { Client, ResponseWriter } from "./client.ts";
import type { WeightedForward } from "./configuration.ts";
import type { Framing } from "./http/body.ts";
import type { ResponseHead } from "./http/response-head.ts";
import type { TargetConnection } from "./target-connection.ts";
import type { TargetFailure, TargetUser } from "./target-user.ts";
import type { Listener } from "./listener.ts";
import type { TargetGroup } from "./target-group.ts";
import type { Target } from "./targets.ts";

/** RFC 9110 section 9.2.1: these change nothing, so a target may see one of them twice. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** One request on its way to a target, and the response on its way back. Serves one client connection for good. */
export class Exchange implements TargetUser, Flushable {
  readonly toClient: ResponseWriter;
  isHead = false;
  queued = false;

  readonly #client: Client;
  readonly #listener: Listener;
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
  /** The action that chose the group, where that has to be told to the client in a cookie. */
  #weighted: WeightedForward | undefined;

  constructor(client: Client, response: ResponseWriter, listener: Listener) {
    this.#client = client;
    this.#listener = listener;
    this.toClient = response;
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
  start(group: TargetGroup, head: string, upgrades: boolean, weighted?: WeightedForward): void {
    this.#group = group;
    this.#weighted = weighted;
    this.#target = undefined;
    this.#head = head;
    this.#upgrades = upgrades;
    this.isHead = this.#client.method === "HEAD";
    this.#responding = false;
    this.#retried = false;
    this.#tried = undefined;
    this.#attempt(false, 503);
  }

  flushNow(): void {
    if (!this.toClient.empty) this.toClient.send();
    if (!this.#client.toTarget.empty) this.pass();
  }

  /** Passes on what has come from the client since. @returns false when the target cannot take more now. */
  pass(): boolean {
    const connection = this.#connection;
    if (connection === undefined || !connection.isConnected) return true;
    if (connection.deaf) {
      // The target has said what it wanted to say and listens no more: the client gets that all the same.
      this.#client.toTarget.clear();
      return true;
    }
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
    this.#client.record.sentAt = this.#sentAt;
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
    this.toClient.interim(head);
  }

  switched(head: ResponseHead): boolean {
    if (!this.#upgrades || head.fields.upgrade.toLowerCase() !== "websocket") return false;
    this.#count(head.status);
    this.#tunnel = true;
    this.toClient.switched(head);
    this.#client.tunnel();
    return true;
  }

  begins(head: ResponseHead, framing: Framing): void {
    const client = this.#client;
    this.#count(head.status);
    // A body that is only half sent when its answer comes may never end: the next request could not be told from it.
    if (!client.requestEnded) client.keepAlive = false;
    // HTTP/1.0 learns from the closing that a body of unknown length is complete.
    if (client.old && (framing === "chunked" || framing === "until-close")) client.keepAlive = false;
    this.toClient.begin(head, framing, this.#cookies(head));
  }

  flush(): boolean {
    if (this.#tunnel) this.#client.tunnel();
    if (this.toClient.send()) return true;
    this.#client.blocked();
    return false;
  }

  completed(): void {
    this.toClient.end();
    flushSoon(this);
    this.#connection = undefined;
    this.#target!.finish();
    this.#client.finished();
  }

  halfClosed(): void {
    this.#client.endWriting();
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
    const target = this.#choose();
    if (target === undefined) {
      this.#giveUp(statusOfNone);
      return;
    }
    this.#target = target;
    this.#client.record.target = target.address;
    const connection = target.take(fresh);
    this.#connection = connection;
    connection.begin(this);
    if (connection.isConnected) this.connected();
    else if (!this.requestEnded) this.#client.pauseReading();
  }

  #giveUp(status: number): void {
    this.countElb(status);
    this.#listener.totals.countElb(status);
    this.#client.answer(errorAnswer(status));
  }

  #choose(): Target | undefined {
    const group = this.#group!;
    const { attributes } = group;
    this.#client.record.group = attributes.arn ?? attributes.name;
    if (attributes.stickiness !== undefined && this.#tried === undefined) {
      const id = this.#listener.stickiness.boundTarget(attributes, this.#client.request.text, Date.now());
      const bound = id === undefined ? undefined : group.bound(id);
      if (bound !== undefined) return bound;
    }
    return group.choose(this.#tried, this.#listener.zone);
  }

  /** The Set-Cookie lines that bind the client to this target and this group. */
  #cookies(head: ResponseHead): string {
    const { attributes } = this.#group!;
    if (attributes.stickiness === undefined && this.#weighted === undefined) return "";
    const { stickiness } = this.#listener;
    const { secure } = this.#client.origin;
    const now = Date.now();
    const texts = { request: this.#client.request.text, response: head.text };
    const lines = stickiness.targetLines(attributes, this.#target!.id, texts, secure, now);
    if (this.#weighted === undefined) return lines;
    return lines + stickiness.groupLines(this.#weighted, attributes.name, secure, now);
  }

  #count(status: number): void {
    this.#responding = true;
    const now = performance.now();
    const elapsed = now - this.#sentAt;
    const { record } = this.#client;
    record.answeredAt = now;
    record.targetStatus = status;
    record.status = status;
    this.#target!.counters.countTarget(status);
    this.#target!.counters.responseTime += elapsed;
    this.#group!.counters.countTarget(status);
    this.#group!.counters.responseTime += elapsed;
  }
}
