// Rates against operations a byte, both axes logarithmic, under the roofs that were measured beside them.
const hues = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#7a7a7a", "#a6761d", "#c1121f"];
const hue = operation => hues[report.operations.indexOf(operation) % hues.length];

function drawn(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function axis(values, length) {
  const low = Math.floor(Math.log10(Math.min(...values)) * 2) / 2, high = Math.ceil(Math.log10(Math.max(...values)) * 2 + 0.2) / 2;
  const place = value => length * (Math.log10(value) - low) / (high - low);
  const ticks = [];
  for (let power = Math.ceil(low); power <= high; power++) ticks.push(power);
  return { low: 10 ** low, high: 10 ** high, place, ticks };
}

function roofs(x, y, height, width) {
  const { copyGigabytesPerSecond: bandwidth, peaks } = report.roofs;
  const highest = Math.max(...peaks.map(peak => peak.gops), 0);
  const nodes = [], from = y.low / bandwidth > x.low ? y.low / bandwidth : x.low;
  const to = Math.min(x.high, highest ? highest / bandwidth : x.high, y.high / bandwidth);
  nodes.push(drawn("path", { class: "roof", d: `M${x.place(from)} ${height - y.place(from * bandwidth)}L${x.place(to)} ${height - y.place(to * bandwidth)}` }));
  nodes.push(drawn("text", { x: x.place(from) + 8, y: height - y.place(from * bandwidth) + 18 }, `copy ${short(bandwidth)} GB/s`));
  let last = Infinity;
  for (const { name, gops } of [...peaks].sort((a, b) => b.gops - a.gops)) {
    const top = height - y.place(gops);
    const left = x.place(Math.max(x.low, gops / bandwidth));
    nodes.push(drawn("path", { class: "roof", "stroke-opacity": 0.55, d: `M${left} ${top}H${width}` }));
    // Names of roofs that lie close would cover each other; products lie at the right.
    if (Math.abs(top - last) < 13) continue;
    nodes.push(drawn("text", { x: left + 12, y: top + 13 }, `${name} ${short(gops)}`));
    last = top;
  }
  return nodes;
}

/// One for all measurements of an operation that would cover each other, in the order of operations a byte.
function merged(rates, x, y) {
  const spot = ({ operations, bytes, gops, rows: [{ cell, kernel }] }) =>
    [x.place(operations / bytes), y.place(gops)].map(place => Math.round(place / 2)).concat(cell.operation, kernel === cell.plan.chosen).join(" ");
  return [...grouped(rates, spot).values()].map(same => ({ ...same[0], rows: same.flatMap(rate => rate.rows) }))
    .sort((a, b) => a.operations / a.bytes - b.operations / b.bytes || a.gops - b.gops);
}

function point(rate, x, y, height) {
  const { cell, kernel } = rate.rows[0];
  const text = `${named(cell)}, ${kernel.name}: ${short(rate.gops)} ${unit(cell.operation)}, `
    + `${short(rate.operations / rate.bytes)} operations a byte${rate.fraction === null ? "" : `, ${percent(rate.fraction)} of its peak`}; ${plural(rate.rows.length, "row")}`;
  const say = () => { document.getElementById("point").textContent = text; };
  const node = drawn("circle", {
    cx: x.place(rate.operations / rate.bytes).toFixed(1), cy: (height - y.place(rate.gops)).toFixed(1), r: 4, fill: hue(cell.operation),
    "fill-opacity": kernel === cell.plan.chosen ? 0.95 : 0.35, tabindex: -1, role: "img", "aria-label": text,
  });
  node.addEventListener("mouseenter", say);
  node.addEventListener("focus", say);
  node.addEventListener("click", () => pin(cell));
  return node;
}

/// Arrow keys go from point to point by operations a byte.
function walk(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const points = [...event.currentTarget.querySelectorAll("circle")];
  const next = points[points.indexOf(document.activeElement) + step];
  if (!next) return;
  document.activeElement.setAttribute("tabindex", -1);
  next.setAttribute("tabindex", 0);
  next.focus();
}

function showRoofline() {
  const shown = new Set(shownCells(report).flatMap(cell => cell.rates));
  const rates = report.rates.filter(rate => rate.bytes > 0 && rate.gops > 0 && rate.rows.length);
  if (!rates.length || !report.roofs) return;
  document.getElementById("roofline").hidden = false;
  const plot = document.getElementById("plot"), left = 44, bottom = 40, top = 16;
  const full = Math.max(plot.clientWidth, 300), width = full - left - 10, height = Math.min(460, Math.max(300, full * 0.5));
  const x = axis(rates.map(rate => rate.operations / rate.bytes), width);
  const y = axis([...rates.map(rate => rate.gops), ...report.roofs.peaks.map(peak => peak.gops)], height);
  const inside = drawn("g", { transform: `translate(${left} ${top})` });
  for (const power of x.ticks) {
    const place = x.place(10 ** power);
    inside.append(drawn("path", { class: "grid", d: `M${place} 0V${height}` }), drawn("text", { x: place, y: height + 16, "text-anchor": "middle" }, `${10 ** power}`));
  }
  for (const power of y.ticks) {
    const place = height - y.place(10 ** power);
    inside.append(drawn("path", { class: "grid", d: `M0 ${place}H${width}` }), drawn("text", { x: -6, y: place + 4, "text-anchor": "end" }, `${10 ** power}`));
  }
  inside.append(drawn("text", { x: width, y: height + 34, "text-anchor": "end" }, "operations a byte"), drawn("text", { x: 4, y: 10 }, "GOP/s"));
  inside.append(...roofs(x, y, height, width));
  const points = merged(rates.filter(rate => shown.has(rate)), x, y).map(rate => point(rate, x, y, height));
  points[0]?.setAttribute("tabindex", 0);
  inside.append(...points);
  const image = drawn("svg", { viewBox: `0 0 ${full} ${height + top + bottom}`, role: "group", "aria-label": "Roofline" }, inside);
  image.addEventListener("keydown", walk);
  plot.replaceChildren(image);
  document.getElementById("operations").replaceChildren(...report.operations.map(name => element("li", {}, swatch(hue(name)), name)),
    element("li", { class: "quiet" }, "pale: not the kernel that plans choose"));
}
