// What became slower, faster, other or new since the older report.
function row(cell) {
  const before = olderCells.get(cell.key);
  const ratio = cell.rate.gops / before.rate.gops;
  const kernels = [before.plan.chosen.name, cell.plan.chosen.name];
  return element("tr", {},
    element("td", {}, element("button", { type: "button", onclick: () => pin(cell) }, named(cell)),
      element("div", { class: "quiet narrow" }, element("code", {}, [...new Set(kernels)].join(" → ")))),
    ...kernels.map(name => element("td", { class: "wide" }, element("code", {}, name))),
    element("td", { class: "number" }, short(before.rate.gops)),
    element("td", { class: "number" }, short(cell.rate.gops)),
    element("td", { class: "number", style: `color:var(--${change(cell)})` }, `${ratio.toFixed(2)} ×`));
}

function changed(kind, cells) {
  // Cells that share a measurement are one change.
  const one = [...grouped(cells, cell => [cell.operation, cell.activations, report.rates.indexOf(cell.rate)].join(" ")).values()]
    .sort((a, b) => a[0].rate.gops / olderCells.get(a[0].key).rate.gops - b[0].rate.gops / olderCells.get(b[0].key).rate.gops);
  if (kind === "faster") one.reverse();
  const columns = [["", ""], ["kernel before", "wide"], ["kernel now", "wide"], ["before", "number"], ["now", "number"], ["", "number"]];
  return element("div", {}, element("h3", {}, `${kind === "slower" ? "Slower" : "Faster"}: ${plural(cells.length, "cell")}, ${plural(one.length, "measurement")}`),
    one.length ? element("table", { class: "table", id: kind },
      element("thead", {}, element("tr", {}, ...columns.map(([name, style]) => element("th", { class: style, scope: "col" }, name)))),
      element("tbody", {}, ...one.slice(0, 12).map(cells => row(cells[0])))) : null);
}

function moved() {
  const lines = [];
  const pairs = report.cells.filter(cell => olderCells.has(cell.key));
  const fallen = pairs.filter(cell => tiers.indexOf(cell.plan.tier) > tiers.indexOf(olderCells.get(cell.key).plan.tier));
  const risen = pairs.filter(cell => tiers.indexOf(cell.plan.tier) < tiers.indexOf(olderCells.get(cell.key).plan.tier));
  const keys = new Set(report.cells.map(cell => cell.key));
  const gone = older.cells.filter(cell => !keys.has(cell.key)), fresh = report.cells.filter(cell => !olderCells.has(cell.key));
  for (const [text, cells] of [["fell to a lower tier", fallen], ["rose to a higher tier", risen], ["are no more", gone], ["are new", fresh]]) {
    if (cells.length) lines.push(element("li", {}, `${plural(cells.length, "cell")} ${text}, as ${named(cells[0])}`));
  }
  return element("ul", { class: "small" }, ...lines);
}

function showComparison() {
  if (!older) return;
  document.getElementById("comparison").hidden = false;
  document.getElementById("comparison-heading").textContent = ["Compared with the older report", older.label, made(older)].filter(text => text).join(", ");
  const of = kind => report.cells.filter(cell => change(cell) === kind);
  document.getElementById("changes").replaceChildren(changed("slower", of("slower")), changed("faster", of("faster")), moved());
}
