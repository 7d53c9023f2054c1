/** Plots take the colour of the verdict; without one they take the text's. */
export const PLOTS = `
svg { display: block; overflow: visible; }
svg text { fill: var(--soft); font-size: 12px; }
.marker .solid { fill: var(--verdict, currentColor); }
.marker .hollow { fill: var(--page); stroke: var(--verdict, currentColor); stroke-width: 1.5; }
.source .marker { display: inline-block; vertical-align: -2px; margin-right: 4px; }
.base { stroke: var(--line); }
.allowed { fill: color-mix(in srgb, var(--soft) 13%, transparent); }
.limit { stroke: var(--text); stroke-width: 1.5; }
.range { fill: var(--verdict); opacity: 0.75; }
.spread { stroke: var(--verdict); stroke-width: 1.5; }
.sample { fill: var(--text); opacity: 0.45; }
.plot figcaption { color: var(--soft); font-size: 14px; max-width: 680px; margin: 14px 0 20px; }
.rows .row { display: grid; grid-template-columns: 270px minmax(0, 1fr) 150px; gap: 0 20px; align-items: center; }
.rows .group { padding: 10px 0; border-top: 1px solid var(--line); }
.rows .group:first-child { border-top: 0; }
.rows .label { font-size: 13px; color: var(--soft); }
.rows a.label { text-decoration: none; }
.rows a.label:hover { text-decoration: underline; }
.rows .track { position: relative; }
.rows .samples { position: absolute; inset: 0; pointer-events: none; }
.rows .value { text-align: right; font-size: 14px; color: var(--verdict, var(--text)); }
.rows .value small { display: block; }
.plot .name { display: flex; justify-content: space-between; gap: 20px; }
.plot .name small { font-family: system-ui, sans-serif; text-align: right; flex: none; max-width: 45%; }
.plot .name { margin-bottom: 2px; }
.plot .name .line { font-family: system-ui, sans-serif; white-space: nowrap; }
.tick { stroke: var(--strong-line); }
.timeline { margin-top: 10px; }
/* A bar has the whole width below its name. */
.timeline .row { grid-template-columns: minmax(0, 1fr) auto; align-items: end; }
.timeline .row > svg { grid-column: 1 / -1; grid-row: 2; }
.timeline .axis > span { display: none; }
.timeline .label { color: var(--text); padding-top: 5px; }
.timeline .value { font-size: 13px; color: var(--soft); }
.steps rect { fill: var(--strong-line); }
.latencies { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); gap: 24px 48px; }
.plot.latency figcaption { margin: 10px 0; }
.latency .curve { stroke: var(--verdict); stroke-width: 1.5; }
.latency .point { fill: var(--verdict); }
.latency .amount { fill: var(--text); }
.latency .limit-text { fill: var(--text); }
#times h3 { margin-top: 36px; }
.bars { margin-top: 4px; max-width: 420px; }
.billed { fill: var(--text); opacity: 0.8; }
.claimed { fill: var(--strong-line); opacity: 0.7; }
.claimed-span { fill: none; stroke: var(--strong-line); }
@media (max-width: 860px) {
  .rows .row { grid-template-columns: minmax(0, 1fr) 130px; }
  .rows .row > .track, .rows .row > .steps, .axis > svg { grid-column: 1 / -1; grid-row: 2; }
  .rows .axis > span { display: none; }
  .axis > svg { grid-row: 1; }
}
`;
