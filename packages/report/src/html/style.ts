// The look of the report: a laboratory's paper, ink and one hazard yellow. Colour is spent on severities alone;
// what was not observed is hatched, because hatching survives a grey printer. Sizes follow one scale (12, 13.5,
// 15, 18, 23, 30, 46), spaces are multiples of 4 px.

export const style = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f1; --panel: #ffffff; --sunk: #efede6; --ink: #17191d; --soft: #565a63; --line: #d8d5cb; --rule: #17191d;
  --hazard: #f4c20d; --link: #1d4e89; --clean: #1f6b47; --tint: #1c4470; --cell: #000000; --cell-deep: #ffffff;
  --critical: #a80f2c; --important: #b8450a; --moderate: #7d6200; --low: #43657d;
  --high: #7a1d72; --medium: #5a4a9c; --slow: #47607f; --on-severity: #ffffff;
  --hatch: repeating-linear-gradient(-45deg, transparent 0 5px, rgba(23, 25, 29, .11) 5px 7px);
  --s1: #1d4e89; --s2: #b8450a; --s3: #1f6b47; --s4: #7a1d72; --s5: #565a63;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121417; --panel: #1a1d21; --sunk: #22262b; --ink: #ecebe6; --soft: #a5a9b0; --line: #343940; --rule: #8b9098;
    --link: #8fbcf0; --clean: #74c79c; --tint: #5f9ee3; --cell: #ffffff; --cell-deep: #000000;
    --critical: #ff7387; --important: #ff9a5c; --moderate: #e2c04c; --low: #93b6cf;
    --high: #e58fdd; --medium: #b3a6f5; --slow: #a3bbd8; --on-severity: #14161a;
    --hatch: repeating-linear-gradient(-45deg, transparent 0 5px, rgba(236, 235, 230, .12) 5px 7px);
    --s1: #8fbcf0; --s2: #ff9a5c; --s3: #74c79c; --s4: #e58fdd; --s5: #a5a9b0;
  }
}
* { box-sizing: border-box; }
html {
  background: repeating-linear-gradient(90deg, #17191d 0 24px, var(--hazard) 24px 48px) 0 0 / 100% 8px no-repeat var(--paper);
}
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 16px; }
body {
  margin: 0 auto; padding: 8px 32px 64px; max-width: 1248px; color: var(--ink);
  font: 15px/1.5 var(--sans); font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1, h2, h3, h4, h5, p, ul, dl, dd, figure, pre { margin: 0; }
h1 { font-size: clamp(30px, 5vw, 46px); line-height: 1.08; letter-spacing: -.022em; font-weight: 700; text-wrap: balance; }
h2 { font-size: 23px; line-height: 1.2; letter-spacing: -.012em; }
h3 { font-size: 18px; line-height: 1.3; letter-spacing: -.006em; }
h4 { font-size: 15px; line-height: 1.35; }
h5 { font-size: 13.5px; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--hazard); outline-offset: 2px; }
small { font-size: 12px; color: var(--soft); }
code { font-family: var(--mono); font-size: .88em; }
ul { padding-left: 1.15em; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; }
svg { display: block; overflow: visible; }
svg text { font: 11px var(--sans); fill: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--soft); }
.figures { white-space: nowrap; }
main > section { margin-top: 56px; }
#modes { margin-top: 32px; }
main > section > h2 { padding-top: 12px; border-top: 2px solid var(--rule); margin-bottom: 20px; }
.section-lead { color: var(--soft); margin: -12px 0 16px; max-width: 68ch; }
.meta { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 18px; font-size: 13.5px; color: var(--soft); }
.meta code { color: inherit; }

.masthead { padding: 24px 0 20px; }
.brand { display: flex; align-items: center; gap: 12px; margin-bottom: 32px; font-size: 15px; }
.brand b { font-size: 18px; letter-spacing: -.01em; }
.brand-line { color: var(--soft); margin-left: 6px; }
.brand-run { margin-left: auto; font-size: 13.5px; color: var(--soft); text-align: right; }
.brand-run code { margin-right: 10px; }
.logo { flex: none; }
.logo .plate { fill: var(--hazard); }
.logo .quarter { fill: #17191d; }
.logo .ring { fill: none; stroke: #17191d; stroke-width: 1.6; }
.masthead h1 { margin-bottom: 12px; }

.verdict {
  display: grid; grid-template-columns: minmax(220px, 3fr) 7fr; gap: 8px 32px; padding: 20px 24px; margin-top: 0 !important;
  border: 2px solid var(--tone); border-left-width: 12px; background: var(--panel);
}
.verdict h2 { font-size: 30px; line-height: 1.12; letter-spacing: -.018em; color: var(--tone); padding: 0; margin: 0; border: 0; }
.verdict ul { margin-top: 6px; color: var(--soft); font-size: 13.5px; }
.verdict.failed { --tone: var(--critical); }
.verdict.passed { --tone: var(--clean); }
.verdict.ungated { --tone: var(--ink); }
.verdict.incomplete { --tone: var(--ink); border-style: dashed; border-left-width: 2px; padding-left: 40px; background: var(--hatch) 0 0 / 20px 100% no-repeat var(--panel); }

.mark { flex: none; }
.mark .solid { fill: currentColor; }
.mark .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.mark .dashed { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-dasharray: 3.1 2.2; }
.outcome { display: inline-flex; align-items: center; gap: 8px; font-weight: 650; white-space: nowrap; }
.outcome .mark { width: 18px; height: 18px; }
.outcome.reads-clean { color: var(--clean); }
.outcome.reads-outside { color: var(--soft); font-weight: 450; }
.outcome.reads-unobserved { font-style: italic; }

.chip {
  display: inline-flex; align-items: center; gap: 7px; padding: 2px 9px 2px 8px; font-size: 13.5px; line-height: 20px;
  white-space: nowrap; border: 1.5px solid var(--severity); border-radius: 3px; vertical-align: middle;
}
.chip small { color: inherit; }
.chip.sdl { background: var(--severity); color: var(--on-severity); }
.chip.safety { color: var(--severity); border-style: double; border-width: 3px; padding: 0 7px 0 6px; }
.chip svg { fill: currentColor; }
.chip .off { opacity: .3; }
.chip.waived { background: none; color: var(--soft); border: 1.5px dashed var(--soft); text-decoration: line-through; }
.critical { --severity: var(--critical); } .important { --severity: var(--important); }
.moderate { --severity: var(--moderate); } .sdl.low { --severity: var(--low); }
.high { --severity: var(--high); } .medium { --severity: var(--medium); } .safety.low { --severity: var(--slow); }

.plates { display: grid; grid-template-columns: repeat(auto-fit, minmax(44px, 1fr)); gap: 4px; margin: 16px 0 14px; }
.plate {
  display: flex; flex-direction: column; align-items: center; gap: 5px; padding: 6px 2px 8px; color: var(--ink); text-decoration: none;
  background: var(--panel); border: 1px solid var(--line); border-bottom: 4px solid var(--line); min-width: 0;
}
.plate-number { font-size: 13.5px; font-weight: 650; line-height: 1.2; }
.plate .mark { width: 16px; height: 16px; }
.plate.reads-found { border-bottom-color: var(--severity, var(--ink)); }
.plate.reads-found .mark { color: var(--severity, var(--ink)); }
.plate.waived { --severity: var(--soft); border-bottom-style: dashed; }
.plate.reads-clean .mark { color: var(--clean); }
.plate.reads-clean { border-bottom-color: var(--clean); }
.plate.reads-unobserved { background: var(--hatch) var(--paper); border-style: dashed; border-color: var(--soft); border-bottom-style: dashed; }
.plate.reads-outside { color: var(--soft); background: none; }
.plate:hover { border-color: var(--ink); }
.contents { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 13.5px; }

.modes thead th { font-size: 12px; color: var(--soft); font-weight: 500; padding: 0 12px 6px 0; border-bottom: 1px solid var(--rule); }
.modes tbody tr { border-bottom: 1px solid var(--line); }
.modes td, .modes tbody th { padding: 9px 14px 9px 0; vertical-align: top; }
.modes-number { width: 40px; white-space: nowrap; padding-left: 8px !important; font-size: 18px; line-height: 1.25; font-weight: 650; }
.modes-name { width: 18%; min-width: 9.5em; }
.modes-name a { color: inherit; text-decoration-color: var(--line); }
.modes-name a:hover { text-decoration-color: currentColor; }
.modes-headline { width: 21%; }
.modes-meaning { width: 27%; min-width: 13em; font-size: 13.5px; line-height: 1.45; }
.headline-name { display: block; font: 12px/1.4 var(--mono); color: var(--soft); }
.headline-value { font-size: 18px; font-weight: 650; letter-spacing: -.01em; white-space: nowrap; }
.headline-rest { font-size: 13.5px; color: var(--soft); }
.modes .reads-unobserved .modes-number { background-image: var(--hatch); }
.modes tr.reads-outside { color: var(--soft); }
.modes .track { max-width: 190px; height: 14px; margin-top: 2px; }

.track .grid { stroke: var(--line); } .track .rail { stroke: var(--line); stroke-width: 1; }
.track .bar { stroke: var(--ink); stroke-width: 3; opacity: .55; } .track .cap { stroke: var(--ink); stroke-width: 1.5; opacity: .7; }
.track .dot { fill: var(--ink); stroke: var(--panel); stroke-width: 1.5; }
.modes .track .dot { stroke: var(--paper); }

.finding {
  position: relative; background: var(--panel); border: 1px solid var(--line); border-left: 8px solid var(--severity);
  padding: 22px 28px 26px; margin-bottom: 24px;
}
.finding.safety { border-left-style: double; }
.finding.waived { border-left-color: var(--soft); border-left-style: dashed; }
.finding > header h3 { font-size: 23px; line-height: 1.22; letter-spacing: -.014em; margin: 12px 0 6px; max-width: 34em; text-wrap: balance; }
.finding-body { display: grid; gap: 24px 40px; margin-top: 20px; }
.finding-body > * { min-width: 0; display: grid; gap: 24px; align-content: start; }
.finding-body > * > * { min-width: 0; }
.finding aside { border-top: 1px solid var(--line); padding-top: 18px; }
@media (min-width: 1000px) {
  .finding-body.with-aside { grid-template-columns: minmax(0, 1fr) 300px; }
  .finding aside { border: 0; border-left: 1px solid var(--line); padding: 0 0 0 24px; }
}
.finding h4 { margin-bottom: 8px; }
.lead { max-width: 74ch; white-space: pre-line; }
.own-link { color: inherit; }
.rating-rule { border-left: 2px solid var(--severity); padding-left: 14px; max-width: 84ch; margin-top: 16px; }
.rating-rule h4 { margin-bottom: 0 !important; font-size: 13.5px; color: var(--soft); font-weight: 500; }
.open-facts { font-size: 13.5px; list-style: none; padding: 0; display: grid; gap: 10px; }
.finding .brief { display: block; columns: 2 400px; column-gap: 48px; }
.brief > section { margin-bottom: 24px; }
.brief li, .brief-terms > div { break-inside: avoid; }
.brief > section > * + * { margin-top: 8px; }
.brief-list { padding-left: 1.4em; display: grid; gap: 4px; }
.brief-terms { display: grid; gap: 8px; }
.brief-terms dt { color: var(--soft); font-size: 13.5px; }
.brief-notes { list-style: none; padding: 0; display: grid; gap: 8px; }
.brief-notes li { border-left: 2px solid var(--line); padding-left: 14px; }
.brief-notes small { display: block; color: var(--soft); overflow-wrap: anywhere; }
.rating-rule .quiet { font-size: 13.5px; margin-top: 4px; }
.gaps { display: grid; gap: 14px; }
.gaps > div { display: grid; grid-template-columns: minmax(0, 17em) minmax(0, 1fr); gap: 2px 24px; border-bottom: 1px solid var(--line); padding-bottom: 12px; }
.gaps dt { font-weight: 600; grid-row: 1 / span 99; }
.gaps dd { grid-column: 2; max-width: 80ch; font-size: 13.5px; }
.waiver { margin-top: 14px; padding: 8px 12px; border: 1px dashed var(--soft); max-width: 74ch; }
.mitigations { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 250px), 1fr)); gap: 14px 28px; }
.mitigations li { font-size: 13.5px; }

.command { padding: 12px 16px; background: var(--sunk); border-left: 3px solid var(--hazard); overflow-x: auto; font-size: 13.5px; white-space: pre-wrap; }
.command code { font-size: 13px; }
.scroll { overflow-x: auto; }
.data { width: auto; min-width: min(100%, 520px); font-size: 13.5px; line-height: 1.4; overflow-wrap: normal; }
.data th, .data td { padding: 6px 16px 6px 0; vertical-align: baseline; border-bottom: 1px solid var(--line); }
.data td, .data tbody th { max-width: 34em; overflow-wrap: anywhere; min-width: 5.5em; }
.data thead th { font-size: 12px; font-weight: 500; color: var(--soft); border-bottom-color: var(--soft); white-space: nowrap; }
.data tbody th { font-weight: 450; }
.data tbody th code, .data td small { white-space: nowrap; }
.data .number { text-align: right; white-space: nowrap; min-width: 3em; }
.data .strong { font-weight: 650; font-size: 15px; }

.exhibits { display: flex; flex-wrap: wrap; gap: 28px 40px; align-items: flex-start; }
.exhibits > * { min-width: 0; max-width: 100%; }
figure > figcaption { font-size: 13.5px; margin-bottom: 8px; font-weight: 600; }
figure > figcaption .quiet { font-weight: 400; }
.strip { flex: 1 1 100%; }
.frames { display: flex; flex-wrap: wrap; gap: 16px; }
.frame { max-width: 100%; }
.frame img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); background: var(--sunk); }
.frame .pixels { image-rendering: pixelated; }
.frame > figcaption { font: 12px/1.35 var(--sans); margin: 5px 0 0; color: var(--soft); font-weight: 400; }
.no-picture { display: grid; place-items: center; min-height: 96px; padding: 6px; font-size: 12px; line-height: 1.3; border: 1px dashed var(--soft); background: var(--hatch); }
.curve { flex: 1 1 320px; max-width: 430px; }
.curve .grid { stroke: var(--line); } .curve .axis-rule { stroke: var(--rule); }
.curve .axis-title { fill: var(--ink); }
.series polyline { fill: none; stroke: var(--series); stroke-width: 2; stroke-linejoin: round; }
.series .band { fill: var(--series); opacity: .16; }
.series .point { fill: var(--series); stroke: var(--series); stroke-width: 1.4; }
.series .hollow { fill: var(--panel); }
.s1 { --series: var(--s1); } .s2 { --series: var(--s2); } .s3 { --series: var(--s3); } .s4 { --series: var(--s4); } .s5 { --series: var(--s5); }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 20px; font-size: 13.5px; }
.legend li { display: flex; align-items: center; gap: 8px; }
.dots { margin: 14px 0 18px; max-width: 880px; }
.dots-row { display: grid; grid-template-columns: minmax(180px, 1.1fr) 2fr 170px; gap: 0 20px; align-items: center; min-height: 28px; }
.dots-label { font-size: 13.5px; line-height: 1.25; } .dots-label small { display: block; }
.dots-value { font-size: 13.5px; font-weight: 650; white-space: nowrap; }
.dots > figcaption { margin: 0; font-weight: 400; font-size: 12px; color: var(--soft); }
.heat { flex: 1 1 420px; }
.heat table { width: auto; font-size: 13.5px; line-height: 1.3; border-spacing: 2px; border-collapse: separate; }
.heat th { font-weight: 450; padding: 3px 10px 3px 0; } .heat thead th { font-size: 12px; color: var(--soft); text-align: center; padding: 3px 2px; }
.heat thead th:first-child { text-align: left; padding-right: 14px; }
.heat td {
  text-align: center; padding: 4px 6px; min-width: 52px; color: var(--cell);
  background: color-mix(in srgb, var(--tint) var(--tint-share, 0%), var(--sunk)); print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.heat td.deep { color: var(--cell-deep); }
.heat td.missing { background: var(--hatch); }
.digest { flex: 1 1 100%; }

.sanity { list-style: none; padding: 0; }
.sanity li { display: grid; grid-template-columns: 88px 1fr; gap: 16px; padding: 9px 0; border-bottom: 1px solid var(--line); }
.sanity-state { color: var(--soft); white-space: nowrap; }
.sanity .fired .sanity-state { color: var(--critical); font-weight: 650; }
.sanity .meta { display: inline; }

.mode { padding: 18px 0 18px 68px; border-bottom: 1px solid var(--line); position: relative; }
.mode > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 18px; margin-bottom: 4px; }
.mode > header .outcome { align-self: center; }
.mode-number { position: absolute; left: 0; top: 14px; width: 48px; font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; text-align: center; }
.mode.reads-unobserved .mode-number { background: var(--hatch); }
.mode.reads-outside { color: var(--soft); }
.mode > p { max-width: 84ch; }
.mode > * + .scroll, .mode > details { margin-top: 12px; }
.mode-findings { list-style: none; padding: 0; margin-top: 10px; display: grid; gap: 6px; }
details > summary { cursor: pointer; font-weight: 600; font-size: 13.5px; padding: 3px 0; width: fit-content; }
details > summary::marker { color: var(--soft); }
details[open] > summary { margin-bottom: 10px; }
.mode > details > p { max-width: 74ch; }
.voices { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); gap: 12px 32px; margin: 14px 0; font-size: 13.5px; }
.voices dt, .detectable strong, .not-covered strong { font-weight: 650; }
.crosswalk { font-size: 13.5px; columns: 2 320px; column-gap: 32px; padding-left: 1.1em; }
.check { border-left: 2px solid var(--line); padding: 4px 0 8px 20px; margin: 0 0 26px; }
.check > header { margin-bottom: 8px; }
.check > header h4 { font-size: 18px; margin: 4px 0 2px; }
.check > p { max-width: 84ch; }
.check .exhibits:not(:empty) { margin: 16px 0; }
.box-word { font-weight: 650; color: var(--ink); }
.detectable, .not-covered { margin-top: 14px; font-size: 13.5px; max-width: 84ch !important; }
.not-covered { padding: 2px 0 2px 20px; background: var(--hatch) 0 0 / 9px 100% no-repeat; }
.legend-box { margin-top: 14px; }
.legend-box dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 8px 28px; font-size: 13.5px; }
.legend-box dt { display: flex; align-items: center; gap: 8px; font-weight: 650; }
.legend-box dd { color: var(--soft); }
.left-out p { font-size: 13.5px; margin-top: 6px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 32px 48px; }
.columns h3 { margin-bottom: 10px; }
.facts { display: grid; grid-template-columns: minmax(110px, max-content) 1fr; gap: 4px 20px; font-size: 13.5px; }
.facts dt { color: var(--soft); max-width: 220px; }
.attribution { margin-top: 72px; padding-top: 16px; border-top: 2px solid var(--rule); font-size: 12px; line-height: 1.55; color: var(--soft); display: grid; gap: 8px; max-width: 96ch; }

@media (max-width: 780px) {
  body { padding: 8px 16px 48px; }
  main > section { margin-top: 44px; }
  .brand { flex-wrap: wrap; margin-bottom: 22px; }
  .brand-run { flex-basis: 100%; margin: 0; text-align: left; }
  .verdict { grid-template-columns: 1fr; padding: 16px; border-left-width: 8px; }
  .verdict h2 { font-size: 23px; }
  .plates { grid-template-columns: repeat(6, 1fr); }
  .modes thead { display: none; }
  .modes, .modes tbody { display: block; }
  .modes tbody tr { display: grid; grid-template-columns: 44px 1fr auto; gap: 4px 8px; padding: 12px 0; }
  .modes td, .modes tbody th { padding: 0; width: auto; }
  .modes td:empty { display: none; }
  .modes-number { grid-row: 1 / span 4; text-align: center; padding: 2px 0 0 !important; }
  .modes-name { grid-column: 2 / -1; }
  .modes-name, .modes-meaning { min-width: 0; }
  .modes-outcome { grid-column: 2; }
  .modes-severity { grid-column: 2 / -1; }
  .modes-headline, .modes-meaning { grid-column: 2 / -1; }
  .finding { padding: 16px 14px 20px; border-left-width: 6px; }
  .gaps > div { grid-template-columns: 1fr; }
  .gaps dd { grid-column: 1; }
  .finding > header h3 { font-size: 18px; }
  .dots-row { grid-template-columns: 1fr auto; padding: 4px 0; }
  .dots-row .track { grid-column: 1 / -1; grid-row: 2; }
  .dots-axis > span { display: none; } .dots-axis svg { grid-column: 1 / -1; }
  .mode { padding-left: 0; }
  .mode-number { position: static; width: auto; min-width: 38px; font-size: 23px; }
  .check { padding-left: 12px; }
  .data { width: max-content; } .data td, .data tbody th { max-width: 17em; }
  .heat td { min-width: 42px; padding: 4px 3px; }
  .sanity li { grid-template-columns: 1fr; gap: 0; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: 8px; }
}
@media print {
  :root {
    --paper: #fff; --panel: #fff; --sunk: #f1f1f1; --ink: #000; --soft: #444; --line: #bbb; --rule: #000; --link: #000; --clean: #000; --tint: #8a8a8a; --cell: #000; --cell-deep: #000;
    --critical: #000; --important: #333; --moderate: #555; --low: #777; --high: #000; --medium: #444; --slow: #777; --on-severity: #fff;
    --s1: #000; --s2: #444; --s3: #222; --s4: #555; --s5: #777;
  }
  @page { margin: 16mm 14mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  html, .verdict, .chip, .plate, .mode-number, .modes-number, .no-picture, .not-covered { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .contents, .own-link { display: none; }
  .modes, .modes-meaning, .modes .headline-rest { font-size: 8.5pt; } .modes .headline-value { font-size: 11pt; } .modes .headline-name { font-size: 7.5pt; }
  .modes td, .modes tbody th { padding: 5px 8px 5px 0; } .modes .chip { font-size: 8pt; padding: 0 5px; } .modes .chip small { display: block; font-size: 7pt; }
  .finding > header { break-after: avoid; break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  details > summary { list-style: none; }
  .scroll { overflow: visible; }
  h2, h3, h4, summary, figcaption { break-after: avoid; }
  tr, figure, .chip, .rating-rule, .sanity li, .frame, .command { break-inside: avoid; }
  .finding { break-inside: auto; border-width: 1px 1px 1px 6px; }
  .for-policy .finding { break-before: page; font-size: 9pt; line-height: 1.35; padding: 10px 14px; }
  .for-policy .finding-body { gap: 8px; margin-top: 8px; } .finding .brief { columns: 2; column-gap: 7mm; } .for-policy .brief > section { margin-bottom: 6px; } .for-policy .command { padding: 3px 8px; } .for-policy .command code { font-size: 7.5pt; } .for-policy .brief > section > * + * { margin-top: 3px; }
  .for-policy .brief-list, .for-policy .brief-terms, .for-policy .brief-notes { gap: 2px; }
  .for-policy .finding dt, .for-policy .finding small, .for-policy .finding .lead { font-size: inherit; max-width: none; }
  a { color: inherit; text-decoration: none; }
}
`
