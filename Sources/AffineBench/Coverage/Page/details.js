// The plans of a square: what every step runs, how far it is right, how fast.
let pinned = null;

function step({ work, tier, kernels }) {
  return element("li", {}, `${work}: `, element("code", {}, kernels.map(kernel => kernel.name).join(", ")), ` (${tier})`);
}

function kernelRow(cell, place) {
  const kernel = cell.plan.rows[place], rate = cell.rates[place], [right, error, bound] = cell.checks[place] ?? [];
  const verdict = right === undefined ? "" : right ? "right" : "wrong";
  const allowed = bound === undefined || bound === null ? "" : bound === 0 ? "exact" : bound.toExponential(1);
  // What narrow screens have no columns for.
  const below = [kernel.set, kernel.tier, allowed === "exact" ? allowed : allowed && `bound ${allowed}`].filter(text => text).join(", ");
  return element("tr", {},
    element("td", {}, element(kernel === cell.plan.chosen ? "b" : "span", {}, element("code", {}, kernel.name)),
      kernel.runsHere ? "" : element("span", { class: "quiet" }, " not here"),
      element("div", { class: "quiet narrow" }, below)),
    element("td", { class: "wide" }, kernel.set),
    element("td", { class: "wide" }, kernel.tier),
    element("td", { class: "number" }, rate ? short(rate.gops) : ""),
    element("td", { class: "number" }, rate ? percent(rate.fraction) : ""),
    element("td", { class: "number" }, error === undefined || error === null ? "" : error === 0 ? "0" : error.toExponential(1)),
    element("td", { class: "number wide" }, allowed),
    element("td", {}, verdict));
}

function plan(cell, isOpen) {
  const rate = cell.rate ? `, ${short(cell.rate.gops)} ${unit(cell.operation)}${cell.rate.fraction === null ? "" : `, ${percent(cell.rate.fraction)} of the peak`}` : "";
  const before = olderCells.get(cell.key)?.rate;
  const headings = [["kernel", ""], ["needs", "wide"], ["tier", "wide"], [unit(cell.operation), "number"], ["of peak", "number"], ["error", "number"], ["bound", "number wide"], ["", ""]];
  const node = element("details", {},
    element("summary", {}, swatch(colour(cell, choice().view)), element("b", {}, cell.weights), ` ${cell.plan.tier}, `,
      element("code", {}, cell.plan.chosen.name), rate, before ? `; before: ${short(before.gops)}` : ""),
    element("ol", {}, ...cell.plan.steps.map(step)),
    element("table", { class: "table" },
      element("thead", {}, element("tr", {}, ...headings.map(([name, style]) => element("th", { class: style, scope: "col" }, name)))),
      element("tbody", {}, ...cell.plan.rows.map((_, place) => kernelRow(cell, place)))));
  node.open = isOpen;
  return node;
}

function fill(cells, first) {
  const { operation, activations, kind } = cells[0];
  const title = report.products.includes(operation) ? `${operation}: ${activations} × ${kind}` : `${operation}: ${kind}`;
  const details = document.getElementById("details");
  details.replaceChildren(
    element("header", {}, element("h3", {}, title), element("button", { type: "button", "aria-label": "Close", onclick: unpin }, "×")),
    ...cells.map(cell => plan(cell, cell === first || cells.length === 1)));
  details.hidden = false;
}

/// Shows a square's plans while the pointer or the focus is on it.
function show(cells, node) {
  if (pinned && document.activeElement !== node) return;
  pinned = null;
  fill(cells, cells[0]);
  select(node);
}

/// Keeps them on the screen.
function pin(cell, cells, node) {
  pinned = cell;
  fill(cells ?? [cell], cell);
  select(node);
}

function unpin() {
  pinned = null;
  document.getElementById("details").hidden = true;
  select(null);
}

function select(node) {
  for (const other of document.querySelectorAll("[aria-selected]")) other.removeAttribute("aria-selected");
  node?.setAttribute("aria-selected", "true");
}

document.addEventListener("keydown", event => { if (event.key === "Escape") unpin(); });
