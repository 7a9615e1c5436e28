"""How the HTML report looks: light and dark as the reader's system is set, from a phone's width up; no script, no web font."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --paper: #ffffff; --card: #f6f8fa; --line: #d0d7de;
  --good: #116329; --bad: #a40e26; --open: #7a4b00; --calm: #0550ae; --wash: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --dim: #a3adb8; --paper: #0d1117; --card: #161b22; --line: #3d444d;
    --good: #56d364; --bad: #ff8f8a; --open: #e3b341; --calm: #79c0ff; --wash: #161b22; }
  img { filter: invert(0.93) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
main { max-width: 58rem; margin: 0 auto; padding: 1rem; }
header { border: 1px solid var(--line); border-left: 0.5rem solid var(--tone); border-radius: 0.4rem; padding: 0.8rem 1.2rem;
  background: var(--wash); }
header p { margin: 0; color: var(--dim); }
h1 { margin: 0.1rem 0 0.6rem; font-size: 1.6rem; line-height: 1.25; }
h1 b { color: var(--tone); text-transform: capitalize; }
.good { --tone: var(--good); } .bad { --tone: var(--bad); } .open { --tone: var(--open); } .calm { --tone: var(--calm); }
dl { margin: 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.2rem 1.2rem; }
dt { color: var(--dim); } dd { margin: 0; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.2rem; border-bottom: 1px solid var(--line); padding-bottom: 0.2rem; }
ul { padding-left: 1.2rem; } li { margin: 0.3rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 0.6rem 0; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid var(--line);
  min-width: 4rem; }
th { color: var(--dim); font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.pass, td.fail, td.inconclusive { white-space: nowrap; }
td.pass { color: var(--good); } td.fail { color: var(--bad); } td.inconclusive { color: var(--open); }
td.fail, td.inconclusive { font-weight: 600; }
figure { margin: 0.8rem 0; } figcaption { color: var(--dim); font-size: 0.92rem; }
img { display: block; width: 100%; min-width: 36rem; height: auto; }
details { margin: 0.6rem 0; border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.4rem 0.8rem;
  background: var(--card); }
summary { cursor: pointer; }
footer { margin-top: 2rem; color: var(--dim); font-size: 0.92rem; }
@media (max-width: 36rem) {
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: 0.5rem; }
  main { padding: 0.6rem; } header { padding: 0.6rem 0.8rem; } h1 { font-size: 1.35rem; }
  .words thead { display: none; } .words tr { display: block; border-bottom: 1px solid var(--line); padding: 0.3rem 0; }
  .words td { display: block; border: 0; padding: 0; } .words td:first-child { font-weight: 600; }
  .words td[data-name]:not(:empty)::before { content: attr(data-name) ": "; color: var(--dim); }
  table { font-size: 0.85rem; } th, td { min-width: 0; padding-right: 0.4rem; } th.number { white-space: normal; }
  td:first-child { overflow-wrap: anywhere; min-width: 6rem; }
}
"""
