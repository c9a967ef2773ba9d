"""The style sheet of the page: light and dark, wide and narrow, and on paper.

Colours are chosen in OKLCH, where the same lightness looks the same in every hue: each actor has a
hue of its own, and all of them can be read. Where a browser knows no OKLCH, the text stays black.
"""

ACTOR_HUES = 18

_ACTORS = "".join(
    f".a{number}{{--hue:{number * 360 // ACTOR_HUES}}}\n" for number in range(ACTOR_HUES)
)

STYLE = (
    """\
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1d2329; --soft: #5b6672; --line: #dde3e9; --band: #f4f7f9;
  --light: 0.48;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #11161b; --ink: #e3e9ee; --soft: #94a1ad; --line: #29323a; --band: #1a2128;
    --light: 0.8;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem; max-width: 110rem;
  background: var(--paper); color: var(--ink);
  font: 0.875rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
header { margin-bottom: 1.5rem; }
header p, footer { margin: 0; color: var(--soft); }
h1 { margin: 0.1rem 0; font-size: 1.35rem; line-height: 1.3; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th {
  position: sticky; top: 0; z-index: 1; padding: 0.5rem 1rem 0.5rem 0;
  background: var(--paper); box-shadow: inset 0 -1px var(--line);
  color: var(--soft); font-weight: 600; text-align: left; white-space: nowrap;
}
td {
  padding: 0.45rem 1rem 0.45rem 0; max-width: 34rem;
  vertical-align: top; overflow-wrap: break-word; white-space: pre-wrap;
}
th:first-child, td:first-child { padding-left: 0.5rem; }
tbody { border-bottom: 1px solid var(--line); }
tbody:hover { background: var(--band); }
th.right, td.right { text-align: right; }
.long { overflow-wrap: anywhere; }
.time { color: var(--soft); white-space: nowrap; }
.action { font-weight: 600; }
.actor { color: oklch(var(--light) 0.12 var(--hue)); }
tbody[class] tr:first-child td:last-child { padding-right: 4rem; }
.more td { position: relative; padding: 0; max-width: none; }
summary {
  position: absolute; right: 0.5rem; top: -1.9rem;
  color: var(--soft); font-size: 0.75rem; line-height: 1.75; cursor: pointer;
}
summary:hover { color: var(--ink); }
pre {
  margin: 0 0.5rem 0.75rem; padding: 0.75rem 1rem; border-radius: 0.4rem;
  background: var(--band); font: 0.8rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
tbody:hover pre { background: var(--paper); }
footer { padding: 0.75rem 0.5rem; }
@media screen and (max-width: 56rem) {
  body { padding: 1rem; }
  .cards, .cards tbody, .cards tr, .cards td { display: block; }
  .cards thead {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
  .cards tbody { padding: 0.6rem 0; }
  .cards tbody:hover { background: none; }
  .cards td, .cards td:first-child { padding: 0.05rem 0; max-width: none; }
  .cards td[data-title] {
    display: grid; grid-template-columns: 5.5rem 1fr; gap: 0.75rem; overflow-wrap: anywhere;
  }
  .cards td[data-title]::before { content: attr(data-title); color: var(--soft); font-weight: 400; }
  .cards .right { text-align: left; }
  .cards tbody[class] tr:first-child td:last-child { padding-right: 0; }
  .cards summary { position: static; }
  .cards pre { margin: 0.3rem 0 0; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --light: 0.4;
  }
  body { padding: 0; max-width: none; font-size: 7.5pt; }
  th, td { padding: 2pt 6pt 2pt 0; }
  .actor { overflow-wrap: anywhere; }
  tbody[class] tr:first-child td:last-child { padding-right: 0; }
  th { position: static; }
  thead { display: table-header-group; }
  tbody { break-inside: avoid; }
  summary { display: none; }
  pre { padding: 0; background: none; font-size: 6.5pt; }
}
"""
    + _ACTORS
)
