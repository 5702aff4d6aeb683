/** Everything the page looks like; its hash is in the page's content security policy. Marks carry a word and a shape, never colour alone. */
export const dashboardStyle = `
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --soft: #59636e; --line: #d4d9df; --panel: #f4f6f8;
  --open: #13692f; --closed: #a3360a; --unknown: #6b3fa0; --look: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --page: #0f1318; --text: #e8ecf0; --soft: #9aa5b1; --line: #2d343d; --panel: #1a2027;
  --open: #56d27c; --closed: #ffa657; --unknown: #c9a6ff; --look: #ff8087; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", sans-serif; color: var(--text); background: var(--page); margin: 0 auto; max-width: 76rem; padding: 1.25rem; }
h1 { font-size: 1rem; font-weight: 600; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; color: var(--soft); margin-bottom: 1rem; }
header h1 { color: var(--text); } header .enforce { color: var(--text); font-weight: 600; }
.verdict { border: 1px solid var(--line); border-left: .6rem solid var(--edge); background: var(--panel); padding: .9rem 1.2rem; }
.verdict p { font-size: 1.7rem; line-height: 1.25; font-weight: 650; margin: 0; }
.verdict ul { margin: .5rem 0 0; padding-left: 1.2rem; font-size: 1.05rem; }
.calm { --edge: var(--open); } .working { --edge: var(--closed); } .look { --edge: var(--look); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; font-size: .85rem; border-bottom-width: 2px; white-space: nowrap; }
td.tight { white-space: nowrap; } td.count { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.wide { width: 50%; min-width: 18rem; }
.name { font-weight: 600; } .soft, tr.aside td { color: var(--soft); } tr.aside .name { font-weight: 400; }
.mark { display: inline-block; min-width: 6.2rem; padding: .05rem .55rem; border: 1.5px solid currentColor; border-radius: 1rem; font-weight: 650; white-space: nowrap; }
.mark.open, .mark.approved { color: var(--open); } .mark.closed, .mark.waiting, .mark.approving { color: var(--closed); }
.mark.unknown, .mark.would-approve { color: var(--unknown); } .mark.left-alone { color: var(--soft); font-weight: 400; }
progress { width: 8rem; height: .8rem; accent-color: var(--open); vertical-align: -.05rem; margin-right: .5rem; }
.failed { color: var(--look); font-weight: 600; }
ul.plain { list-style: none; margin: 0; padding: 0; } ul.plain li + li { margin-top: .15rem; } .missing { margin-top: .35rem; }
code { font: .9em/1.4 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; } 
summary { cursor: pointer; color: var(--soft); margin-top: .15rem; }
@media (max-width: 48rem) { thead { display: none; } tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  td { display: inline-block; border: 0; padding: 0 .8rem .3rem 0; } td.wide { display: block; width: auto; min-width: 0; } td:empty { display: none; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-weight: 400; } }
`;
