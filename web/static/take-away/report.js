// One race as a page of its own: it needs no other file and asks nobody for anything.

import { save } from "./files.js";
import { bibtex } from "./references.js";
import { dataUrl } from "./stage.js";
import { chartText } from "./svg.js";

const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.55 system-ui,sans-serif;max-width:960px;margin:32px auto;padding:0 20px}
h1{font-size:26px;margin-bottom:4px}h2{font-size:18px;margin-top:32px}.quiet{color:#6a6e75}img,svg{max-width:100%;height:auto}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:5px 14px 5px 0;border-bottom:1px solid #8884;vertical-align:top}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:12px;border-radius:8px;font-size:13px}
.dot{display:inline-block;width:10px;height:10px;border-radius:5px;margin-right:7px}figure{margin:16px 0}@media print{body{margin:0}}`;

/** Offers the report. */
export function report(facts, draw) {
  const rows = facts.runs
    .map(
      (r) =>
        `<tr><td><span class="dot" style="background:${r.colour}"></span>${escape(r.name)}</td><td>${escape(r.full)}</td>` +
        `<td>${escape(r.state)}</td><td>${r.step.toLocaleString("en")}</td><td>${escape(r.value)}</td></tr>`,
    )
    .join("\n");
  const words = facts.runs.filter((r) => r.words).map((r) => `<li><b>${escape(r.name)}</b>: ${escape(r.words)}</li>`).join("");
  let chart = "";
  try {
    chart = chartText(facts, draw);
  } catch {
    // Something else stands in the chart's place: the report goes without.
  }
  const title = document.querySelector(".headline h1")?.textContent || facts.title;
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escape(title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(title)}</h1>
<p class="quiet">${escape(facts.title)}. ${escape(facts.summary)}</p>
<div>${facts.math}</div>
<figure><img alt="The pictures of all runs and their chart" src="${dataUrl(facts)}"></figure>
<h2>Runs</h2>
<table><thead><tr><th>run</th><th>method</th><th>state</th><th>step</th><th>${escape(facts.runs[0]?.headline ?? "")}</th></tr></thead>
<tbody>${rows}</tbody></table>
<ul>${words}</ul>
${chart ? `<h2>Chart</h2><figure>${chart}</figure>` : ""}
<h2>Experiment</h2>
<p><a href="${escape(facts.link)}">Open it in Iterscope</a>, or save this as <code>experiment.json</code> and say <code>iterscope run experiment.json</code>:</p>
<pre>${escape(facts.experiment)}</pre>
<h2>Sources</h2>
<pre>${escape(bibtex(facts))}</pre>
<p class="quiet">Made by Iterscope on ${new Date().toISOString().slice(0, 10)}.</p>
</body></html>
`;
  save("iterscope-report.html", "text/html", page);
}
