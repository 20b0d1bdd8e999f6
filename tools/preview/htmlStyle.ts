/** The look of the page. Patterns tell the parts of a bar where colours do not: in print, and for whoever sees none. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b2130; --soft: #5b6476; --line: #dfe3ea;
  --weights: #4355c9; --overhead: #b3761b; --cache: #1a8f78; --free: #d9dde5; --good: #14714f; --bad: #b3261e; --advice: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --page: #12151b; --card: #1b2029; --ink: #e8ebf2; --soft: #a0a9ba; --line: #323a48;
  --weights: #8593f5; --overhead: #dba24c; --cache: #45c4a9; --free: #384151; --good: #5fd0a4; --bad: #ff8f86; --advice: #e9b655; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 40px; }
.stack + .stack { margin-top: 48px; padding-top: 32px; border-top: 1px solid var(--line); }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; }
h1 { margin: 0; font-size: 28px; } h2 { margin: 32px 0 8px; font-size: 19px; } h3 { margin: 0; font-size: 17px; overflow-wrap: anywhere; }
h3 small { color: var(--soft); font-weight: 400; font-size: 14px; }
.verdict { margin: 0; font-weight: 600; } .good { color: var(--good); } .bad { color: var(--bad); } .advice { color: var(--advice); }
.totals { display: flex; flex-wrap: wrap; gap: 12px 40px; margin: 16px 0 0; }
dt { color: var(--soft); font-size: 14px; } dd { margin: 0; font-variant-numeric: tabular-nums; }
.totals dd { font-size: 17px; font-weight: 600; }
code { font: 13px ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px; break-inside: avoid; }
article.unrouted { border-style: dashed; }
.model, .where { margin: 2px 0 0; font-size: 14px; overflow-wrap: anywhere; } .where { color: var(--soft); }
.bar { display: flex; height: 26px; margin: 12px 0 8px; border-radius: 6px; overflow: hidden; border: 1px solid var(--line); }
.bar i + i { border-left: 1px solid var(--card); }
i.weights { background: var(--weights); }
i.overhead { background: repeating-linear-gradient(45deg, var(--overhead) 0 5px, color-mix(in srgb, var(--overhead) 65%, var(--card)) 5px 10px); }
i.cache { background: radial-gradient(circle at 4px 4px, color-mix(in srgb, var(--cache) 45%, var(--card)) 1.6px, transparent 2px) 0 0 / 8px 8px var(--cache); }
i.free { background: var(--free); }
.numbers { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 16px; margin: 0; padding: 0; list-style: none; font-size: 14px; color: var(--soft); }
.scale { margin: 0 0 12px; color: var(--soft); font-size: 14px; }
.numbers b { color: var(--ink); font-variant-numeric: tabular-nums; }
.numbers i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 3px; vertical-align: -1px; }
article dl { display: grid; gap: 6px; margin: 12px 0 0; font-size: 15px; }
article dl div { display: grid; grid-template-columns: 76px 1fr; gap: 8px; align-items: baseline; }
.range { display: block; height: 6px; margin-top: 4px; border-radius: 3px; background: var(--free); }
.range i { display: block; height: 6px; max-width: 100%; border-radius: 3px; background: var(--weights); }
ul { padding-left: 20px; } li { overflow-wrap: anywhere; }
.violations, .changes { list-style: none; padding: 0; }
.violations li { background: var(--card); border: 1px solid var(--line); border-left: 5px solid currentColor; border-radius: 8px; padding: 8px 12px; margin: 8px 0; }
.changes { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 16px; font-size: 14px; }
.changes .added { color: var(--good); } .changes .removed { color: var(--bad); } .changes .detail { padding-left: 20px; color: var(--soft); }
footer { margin-top: 32px; color: var(--soft); font-size: 13px; }
@media print { :root { --page: #fff; } body { font-size: 11pt; } main { max-width: none; padding: 0; }
  i, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .stack + .stack { break-before: page; } }
`;
