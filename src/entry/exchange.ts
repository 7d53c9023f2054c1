import { errorAnswer } from "./answers.ts";
import { type Flushable, flushSoon } from "./batch.ts";
import type { Client, ResponseWriter } from "./client.ts";
import type { WeightedForward } from "./configuration.ts";
import type { Framing } from "./http/body.ts";
import type { ResponseHead } from "./http/response-head.ts";
import { mayRepeat } from "./retries.ts";
import type { TargetConnection } from "./target-connection.ts";
import type { TargetFailure, TargetUser } from "./target-user.ts";
import type { Listener } from "./listener.ts";
import type { TargetGroup } from "./target-group.ts";
import type { Target } from "./targets.ts";

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
  /** Whether this attempt has given the target a byte. */
  #sent = false;
  #repeated = false;
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
    this.#repeated = false;
    this.#tried = undefined;
    this.#attempt(503);
  }

  flushNow(): void {
    if (!this.toClient.empty) this.toClient.send();
    if (!this.#client.toTarget.empty) this.pass();
  }

  /** Passes on what has come from the client since. @returns false when the target cannot take more now. */
  pass(): boolean {
    const connection = this.#connection;
    if (connection === undefined || !connection.isConnected) return true;
    this.#sent = true;
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

  /** The client has left before its response was complete; a tunnel has none that could be. */
  clientGone(): void {
    if (!this.active) return;
    this.abandon();
    if (this.#tunnel) return;
    this.#listener.totals.clientsGone++;
    this.#listener.totals.countElb(460);
    this.countElb(460);
    this.#client.record.status = 460;
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
      this.#attempt(reason === "unreachable" ? 502 : 504);
    } else if (this.#mayRepeat(reason, connection)) {
      this.#repeated = true;
      target.counters.retries++;
      this.#group!.counters.retries++;
      if (this.#sent) this.#collectAgain();
      this.#attempt(502, target);
    } else this.#giveUp(reason === "idle-timeout" ? 504 : 502);
  }

  #mayRepeat(reason: TargetFailure, { reused, answered }: TargetConnection): boolean {
    const { method, toTarget } = this.#client;
    const attempt = { reason, method, reused, answered, sent: this.#sent, repeated: this.#repeated };
    return mayRepeat({ ...attempt, bodySent: toTarget.bodySize > 0 });
  }

  /** The request as it was before it was sent; none of its body has come, or it has none. */
  #collectAgain(): void {
    const { toTarget, request } = this.#client;
    toTarget.clear();
    toTarget.chunked = request.fields.chunked;
    toTarget.head(this.#head);
    if (this.requestEnded) toTarget.end();
  }

  /**
   * @param statusOfNone what the client gets where no target may have the request.
   * @param lost who has lost it, and gets it on a new connection where nobody else may have it.
   */
  #attempt(statusOfNone: number, lost?: Target): void {
    const target = this.#choose(lost);
    if (target === undefined) {
      this.#giveUp(statusOfNone);
      return;
    }
    this.#target = target;
    this.#sent = false;
    this.#client.record.target = target.address;
    const connection = target.take(lost !== undefined);
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

  #choose(lost: Target | undefined): Target | undefined {
    const group = this.#group!;
    const { attributes } = group;
    this.#client.record.group = attributes.arn ?? attributes.name;
    if (attributes.stickiness !== undefined && this.#tried === undefined) {
      const id = this.#listener.stickiness.boundTarget(attributes, this.#client.request.text, Date.now());
      const bound = id === undefined ? undefined : group.bound(id);
      if (bound !== undefined) return bound;
    }
    const { zone } = this.#listener;
    const other = lost && group.choose([...(this.#tried ?? []), lost], zone);
    return other ?? group.choose(this.#tried, zone);
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
    this.#target!.counters.countTarget(status, elapsed);
    this.#group!.counters.countTarget(status, elapsed);
  }
}
