// What the page shows: reports whose cells refer to tables of names, plans, rates and checks.
const tiers = ["tuned", "vectorized", "portable"];
const pages = JSON.parse(document.getElementById("data").textContent);
const report = unpacked(pages.report);
const older = pages.older ? unpacked(pages.older) : null;
const olderCells = new Map((older?.cells ?? []).map(cell => [cell.key, cell]));

function unpacked(page) {
  const kernels = page.kernels.map(([name, set, tier, runsHere]) => ({ name, set, tier, runsHere }));
  const plans = page.plans.map(({ tier, chosen, steps, rows }) => ({
    tier, chosen: kernels[chosen], rows: rows.map(row => kernels[row]),
    steps: steps.map(([work, tier, names]) => ({ work, tier, kernels: names.map(name => kernels[name]) })),
  }));
  const rates = page.rates.map(([gops, slowest, fraction, operations, bytes]) =>
    ({ gops, slowest, fraction, operations, bytes, rows: [] }));
  const cells = page.cells.map(([operation, activations, weights, plan, rateOf, checkOf]) => {
    const cell = {
      operation: page.operations[operation], activations: page.activations[activations],
      weights: page.weights[weights], plan: plans[plan],
    };
    const [storage, granularity, ...rest] = cell.weights.split("-");
    // What no type of scales begins with is a mapping.
    const mapping = rest.length && !/^(u?int\d|float\d|bfloat16|e8m0)/.test(rest[0]) ? rest.shift() : "";
    const scale = rest.join("-");
    Object.assign(cell, {
      storage, granularity, kind: mapping ? `${storage} ${mapping}` : storage, stripe: scale ? `${granularity} ${scale}` : granularity,
      key: [cell.operation, cell.activations, cell.weights].join(" "),
      rates: rateOf.map(rate => rates[rate]), checks: checkOf.map(check => page.checks[check]),
    });
    const place = cell.plan.rows.indexOf(cell.plan.chosen);
    cell.rate = cell.rates[place];
    cell.failures = cell.plan.rows.filter((_, row) => cell.checks[row]?.[0] === 0);
    cell.rates.forEach((rate, row) => rate?.rows.push({ cell, kernel: cell.plan.rows[row] }));
    return cell;
  });
  return { ...page, kernels, plans, rates, cells };
}

/// "faster", "slower" or "" where the rounds of two measurements overlap or there is no second one.
function change(cell) {
  const before = olderCells.get(cell.key)?.rate, now = cell.rate;
  if (!before || !now) return "";
  // A measurement whose rounds are not known is taken to vary as the other one does.
  const spread = rate => rate.slowest === null ? null : rate.slowest / rate.gops;
  const [earlier, later] = [spread(before) ?? spread(now), spread(now) ?? spread(before)];
  if (earlier === null) return "";
  if (now.gops < before.gops * earlier) return "slower";
  return now.gops * later > before.gops ? "faster" : "";
}

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

const swatch = colour => element("span", { class: "swatch", style: `background:${colour}` });
const short = value => value >= 999.5 ? value.toFixed(0) : value >= 1e-3 ? Number(value.toPrecision(3)).toString() : value.toExponential(1);
const percent = part => part === null || part === undefined ? "" : `${part < 0.01 ? Number((100 * part).toPrecision(1)) : (100 * part).toFixed(0)} %`;
const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const named = cell => `${cell.operation}, ${report.products.includes(cell.operation) ? `${cell.activations} × ` : ""}${cell.weights}`;
const unit = operation => report.products.includes(operation) ? "GOP/s" : "G elements/s";

function grouped(items, key) {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return groups;
}
