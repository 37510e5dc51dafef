// Squares of storages and activations, one map an operation on two operands and one for all others.
function colour(cell, view) {
  if (view === "change") return `var(--${change(cell) || "line"})`;
  const part = cell.rate?.fraction;
  const strength = part === null || part === undefined ? 85 : 25 + 75 * Math.min(1, Math.sqrt(part));
  return `color-mix(in oklab, var(--${cell.plan.tier}) ${strength.toFixed(0)}%, var(--paper))`;
}

function square(cells, stripes, view, column, kind) {
  if (!cells) return element("div", { class: "square none", role: "gridcell", "aria-label": `${column} × ${kind}: none` });
  const used = stripes.filter(stripe => cells.some(cell => cell.stripe === stripe));
  const stops = used.map((stripe, place) => {
    const ends = [place, place + 1].map(end => `${(100 * end / used.length).toFixed(1)}%`).join(" ");
    return `${colour(cells.find(cell => cell.stripe === stripe), view)} ${ends}`;
  });
  const tier = tiers.findLast(tier => cells.some(cell => cell.plan.tier === tier));
  const wrong = cells.some(cell => cell.failures.length);
  const label = `${cells[0].operation}, ${column} × ${kind}: ${wrong ? "wrong, " : ""}${tier}, ${plural(cells.length, "type")}`;
  const node = element("div", {
    class: wrong ? "square wrong" : "square", role: "gridcell", tabindex: -1, "aria-label": label, title: label,
    style: `background:linear-gradient(90deg, ${stops.join(", ")})`,
    onmouseenter: () => show(cells, node), onfocus: () => show(cells, node), onclick: () => pin(cells[0], cells, node),
  });
  return node;
}

function map(title, cells, columnOf, stripes, view, width) {
  const columns = [...new Set(cells.map(columnOf))], kinds = [...new Set(cells.map(cell => cell.kind))];
  const squares = grouped(cells, cell => `${columnOf(cell)}\n${cell.kind}`);
  const grid = element("div", {
    class: "map", role: "grid", "aria-label": title, onkeydown: event => move(event, grid, columns.length),
    // A name is never cut: where it has no room beside the squares, it takes two lines.
    style: `grid-template-columns:minmax(7rem, max-content) repeat(${columns.length}, minmax(0, ${width}px))`,
  },
    element("div", { role: "row" }, element("span"), ...columns.map(name => element("span", { class: "column", role: "columnheader" }, name))),
    ...kinds.map(kind => element("div", { role: "row" },
      element("span", { class: "name", role: "rowheader" }, kind),
      ...columns.map(column => square(squares.get(`${column}\n${kind}`), stripes, view, column, kind)))));
  grid.querySelector(".square[tabindex]")?.setAttribute("tabindex", 0);
  return element("section", {}, element("h3", {}, title), grid);
}

/// Arrow keys move among squares, over those that are none.
function move(event, grid, width) {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width }[event.key];
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.target.click(); }
  if (!step) return;
  event.preventDefault();
  const squares = [...grid.querySelectorAll(".square")];
  let place = squares.indexOf(event.target);
  do place += step; while (squares[place] && !squares[place].hasAttribute("tabindex"));
  if (!squares[place]) return;
  event.target.setAttribute("tabindex", -1);
  squares[place].setAttribute("tabindex", 0);
  squares[place].focus();
}

function showMaps() {
  const view = choice().view, page = view === "older" ? older : report, cells = shownCells(page);
  const stripes = [...new Set(page.cells.map(cell => cell.stripe))];
  const products = page.operations.filter(name => page.products.includes(name));
  const maps = products.map(name => [name, cells.filter(cell => cell.operation === name), cell => cell.activations]);
  maps.push(["operations on one operand", cells.filter(cell => !page.products.includes(cell.operation)), cell => cell.operation]);
  const shown = maps.filter(([, cells]) => cells.length), width = shown.length === 1 ? 64 : 22;
  document.getElementById("maps").replaceChildren(
    ...shown.map(([title, cells, column]) => map(title, cells, column, stripes, view, width)));
  document.getElementById("shown").textContent = `${plural(cells.length, "cell")} of ${page.cells.length.toLocaleString("en")} shown.`;
  const entries = view === "change" ? ["slower", "faster"] : [...tiers, "wrong"];
  document.getElementById("legend").replaceChildren(...entries.map(name => element("li", {}, swatch(`var(--${name})`), name)));
}
