import { mixText } from "../kernel/random.ts";

/** `fault` is what the schedule does, `event` what a controller is told, `action` what it asks for, `world` what then happens. */
export type TraceKind = "fault" | "event" | "action" | "world";

export interface TraceLine {
  readonly at: number;
  readonly kind: TraceKind;
  readonly part: string;
  readonly text: string;
}

/** What happened in a run: always as a hash, by which two runs are compared, and as lines where they are asked for. */
export class Trace {
  readonly lines: TraceLine[] = [];
  readonly #recording: boolean;
  #hash = 0x811c9dc5;

  constructor(recording: boolean) {
    this.#recording = recording;
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  note(at: number, kind: TraceKind, part: string, text: string, subject = ""): void {
    this.#hash = mixText(mixText(mixText(this.#hash ^ at, part), text), subject);
    if (this.#recording)
      this.lines.push({ at, kind, part, text: subject === "" ? text : `${text} ${subject}` });
  }
}
