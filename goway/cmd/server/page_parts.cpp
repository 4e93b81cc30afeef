// SPDX-License-Identifier: MIT
// What stands on the page whatever the schema: its style and its script.
#include "page_parts.hpp"

namespace aether::server {

const std::string_view kStyle = R"(
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --ink: #1b2430; --soft: #5b6778; --edge: #d5dbe3;
  --accent: #2457c5; --head: #e8eefb; --good: #1a7f4b; --warn: #9a5b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151b; --card: #1a2029; --ink: #e6ebf2; --soft: #9aa7b8; --edge: #323c4a;
    --accent: #8ab0ff; --head: #24314a; --good: #66cf9a; --warn: #e6b45c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 1600px; margin: 0 auto; padding: 0 clamp(12px, 3vw, 32px); }
header { padding-top: 24px; }
h1 { margin: 0; font-size: 1.75rem; letter-spacing: -0.01em; }
header p, .hint, footer { color: var(--soft); }
header p { margin: 0 0 16px; }
h2 { margin: 0 0 8px; font-size: 1.125rem; }
section, .facts { background: var(--card); border: 1px solid var(--edge); border-radius: 10px;
  padding: 16px; margin: 0 0 16px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; }
.facts dt { color: var(--soft); font-size: 0.8125rem; }
.facts dd { margin: 0; font-weight: 600; }
.hint { margin: 0 0 8px; font-size: 0.875rem; }
.scroll { overflow: auto; border: 1px solid var(--edge); border-radius: 6px; }
.tall { max-height: 420px; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--edge); white-space: nowrap; }
thead th { position: sticky; top: 0; background: var(--head); font-weight: 600; }
tbody tr:last-child td { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
thead th:first-child, thead th:nth-child(5) { text-align: right; }
td.name, summary { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.8125rem; }
.event { color: var(--good); font-weight: 600; }
.event.reverted, .event.forced, .event.repaired { color: var(--warn); }
#picture { display: block; max-width: none; }
.box { fill: var(--card); stroke: var(--edge); stroke-width: 1.5; }
#picture text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: var(--ink); }
#picture .name { font-weight: 700; font-size: 13px; }
#picture .mark, #picture .count { fill: var(--soft); font-size: 10px; }
#picture .count { text-anchor: end; }
.link { fill: none; stroke: var(--soft); stroke-width: 1.2; opacity: 0.55; }
.table { cursor: pointer; outline: none; }
.table:hover .box, .table:focus .box, .near .box { stroke: var(--accent); stroke-width: 2; }
.chosen .box { fill: var(--head); stroke: var(--accent); stroke-width: 2.5; }
.link.near { stroke: var(--accent); stroke-width: 2.2; opacity: 1; }
.following .link:not(.near) { opacity: 0.12; }
.following .table:not(.near):not(.chosen) { opacity: 0.35; }
details { border-top: 1px solid var(--edge); padding: 6px 0; overflow-x: auto; }
details:first-of-type { border-top: 0; }
summary { cursor: pointer; }
details p { margin: 6px 0; color: var(--soft); font-size: 0.875rem; }
a { color: var(--accent); }
footer { padding-bottom: 32px; font-size: 0.875rem; }
@media (max-width: 600px) {
  section, .facts { padding: 12px; }
  .facts { grid-template-columns: 1fr 1fr; }
}
)";

const std::string_view kScript = R"(
const picture = document.getElementById("picture");
const boxes = [...picture.querySelectorAll(".table")];
const links = [...picture.querySelectorAll(".link")];
let chosen = null;

function follow(name) {
  chosen = name;
  const near = new Set();
  picture.classList.toggle("following", name !== null);
  for (const link of links) {
    const { from, to } = link.dataset;
    const touches = name !== null && (from === name || to === name);
    link.classList.toggle("near", touches);
    if (touches) near.add(from).add(to);
  }
  for (const box of boxes) {
    box.classList.toggle("chosen", box.dataset.table === name);
    box.classList.toggle("near", near.has(box.dataset.table));
  }
}

picture.addEventListener("click", (event) => {
  const box = event.target.closest(".table");
  follow(box && box.dataset.table !== chosen ? box.dataset.table : null);
});
picture.addEventListener("keydown", (event) => {
  if (event.key === "Escape") follow(null);
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  follow(event.target.dataset.table);
});
)";

}  // namespace aether::server
