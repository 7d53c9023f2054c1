import type { VerifyReport } from "../../report.ts";
import { html, type Markup } from "../markup.ts";
import { latencyPlot } from "../plots/latency.ts";
import { recoveryPlot } from "../plots/recovery.ts";
import { section } from "./parts.ts";

/** Recovery and latency, drawn; null where nothing was timed. */
export function plots({ checks }: VerifyReport): Markup | null {
  const recovery = recoveryPlot(checks);
  const latencies = checks.map(latencyPlot).filter((plot) => plot !== null);
  if (recovery === null && latencies.length === 0) return null;
  const content = html`${recovery}${
    latencies.length === 0
      ? null
      : html`<h3>Latency by percentile</h3>
          <div class="latencies">${latencies}</div>`
  }`;
  return section("times", "Times against promises", content);
}
