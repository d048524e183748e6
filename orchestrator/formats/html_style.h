// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace oopsfarm {

/// The page's only style sheet: colours by class, for light and dark.
inline constexpr const char* html_style = R"(
:root { color-scheme: light dark; --ink: #1c2024; --paper: #fff; --faint: #667;
  --line: #d5d9de; --good: #1a7f37; --good-paper: #e6f4ea; --bad: #b3261e;
  --bad-paper: #fde8e6; --warn: #8a5a00; --warn-paper: #fff3d6; --mark: #2457a6;
  --box: #9db8e0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e6ea; --paper: #16181b; --faint: #9aa3ad; --line: #33383e;
    --good: #5fce80; --good-paper: #14301d; --bad: #ff8a80; --bad-paper: #3b1a18;
    --warn: #f0bd5a; --warn-paper: #382a0d; --mark: #8ab4f8; --box: #3d5a87; }
}
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); max-width: 72rem; margin: 1.5rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid
  var(--line); padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 0 0 .3rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
th { font-weight: 600; color: var(--faint); }
td small, .faint { color: var(--faint); }
.good { background: var(--good-paper); } .good b { color: var(--good); }
.bad { background: var(--bad-paper); } .bad b { color: var(--bad); }
.warn { background: var(--warn-paper); } .warn b { color: var(--warn); }
a { color: inherit; }
section { border: 1px solid var(--line); border-radius: 6px;
  padding: .7rem .9rem; margin: .8rem 0; }
section:target { outline: 2px solid var(--mark); }
pre { overflow-x: auto; background: color-mix(in srgb, var(--line) 30%,
  transparent); padding: .6rem; font: 12.5px/1.4 ui-monospace, monospace; }
code { font: .92em ui-monospace, monospace; }
.words { border-left: 4px solid var(--mark); padding: .3rem .8rem; }
svg { max-width: 100%; height: auto; font-size: 12px; }
svg text { fill: var(--ink); }
svg line { stroke: var(--faint); stroke-width: 1.5; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .range { stroke: var(--faint); stroke-width: 2; }
svg line.good { stroke: var(--good); stroke-width: 4; }
svg line.bad { stroke: var(--bad); stroke-width: 4; }
svg line.warn { stroke: var(--warn); stroke-width: 4; }
svg .median { stroke: var(--mark); stroke-width: 4; }
svg .box { fill: var(--box); }
)";

} // namespace oopsfarm
