// The machines, and what is missing and slow.
/// When a report was made, to the minute; reports of former versions do not say it.
const made = page => page.date ? `${page.date.slice(0, 16).replace("T", " ")} UTC` : null;

function machine(page, title) {
  const { cpu, cores, instructionSets } = page.machine;
  const count = tier => page.cells.filter(cell => cell.plan.tier === tier).length;
  const checks = page.cells.flatMap(cell => cell.checks).filter(check => check);
  const failed = checks.filter(check => check[0] === 0).length;
  return element("div", { class: "machine" },
    title || page.label ? element("p", {}, element("b", {}, [title, page.label].filter(text => text).join(": "))) : null,
    element("p", {}, cpu, ` · ${plural(cores, "core")}`),
    element("p", { class: "quiet small" }, instructionSets.join(" ") || "no vector instructions", made(page) ? ` · ${made(page)}` : ""),
    element("ul", { class: "counts" },
      element("li", {}, element("b", { class: "number" }, page.cells.length.toLocaleString("en")), "cells"),
      ...tiers.map(tier => element("li", {}, swatch(`var(--${tier})`), element("b", { class: "number" }, count(tier).toLocaleString("en")), tier)),
      checks.length ? element("li", {}, element("b", { class: "number" }, checks.length.toLocaleString("en")), "kernels checked, ", element("b", { class: "number" }, `${failed}`), "wrong") : element("li", { class: "quiet" }, "not verified"),
      page.rates.length ? null : element("li", { class: "quiet" }, "not measured")));
}

function ranked(title, note, items) {
  const shown = items.slice(0, 12), left = items.length - shown.length;
  return element("div", {}, element("h3", {}, title),
    items.length ? null : element("p", { class: "quiet small" }, note),
    element("ol", { class: "ranked" }, ...shown.map(({ text, quiet, value, part, cell }) =>
      element("li", {}, element("button", { type: "button", onclick: () => pin(cell) },
        element("span", {}, text, " ", element("span", { class: "quiet small" }, quiet)),
        element("span", { class: "number" }, value),
        part === undefined ? null : element("span", { class: "bar" }, element("i", { style: `width:${Math.min(100, 100 * part)}%` })))))),
    left > 0 ? element("p", { class: "quiet small" }, `And ${left.toLocaleString("en")} more, which the filters of the map find.`) : null);
}

/// Cells with a wrong kernel, then those with a step that nobody wrote by hand.
function missing() {
  const wrong = [...grouped(report.cells.filter(cell => cell.failures.length), cell => cell.failures[0].name)]
    .map(([name, cells]) => ({ text: `wrong: ${name}`, quiet: named(cells[0]), value: plural(cells.length, "cell"), cell: cells[0] }));
  const steps = report.cells.filter(cell => cell.plan.tier !== "tuned").flatMap(cell =>
    cell.plan.steps.filter(step => step.tier === cell.plan.tier).map(step => ({ cell, step })));
  const name = ({ cell, step }) => {
    const kernel = step.kernels.find(kernel => kernel.tier === step.tier) ?? step.kernels[0];
    return `${step.tier}: ${cell.operation}, ${step.work}, ${kernel.name}`;
  };
  const least = [...grouped(steps, name)].map(([text, found]) =>
    ({ text, quiet: `as ${found[0].cell.weights}`, value: plural(found.length, "cell"), cell: found[0].cell, count: found.length }));
  const order = item => tiers.length - tiers.findIndex(tier => item.text.startsWith(tier));
  return [...wrong, ...least.sort((a, b) => order(a) - order(b) || b.count - a.count)];
}

/// The kernels that plans choose, by operation and activations, with the least part of the peak first.
function slow() {
  const measured = report.cells.filter(cell => cell.rate && cell.rate.fraction !== null);
  const groups = grouped(measured, cell => [cell.operation, cell.activations, cell.plan.chosen.name].join(" "));
  return [...groups.values()].map(cells => cells.reduce((a, b) => b.rate.fraction < a.rate.fraction ? b : a))
    .sort((a, b) => a.rate.fraction - b.rate.fraction)
    .map(cell => ({
      text: named(cell),
      quiet: `${cell.plan.chosen.name}, ${short(cell.rate.gops)} ${unit(cell.operation)}`, value: percent(cell.rate.fraction), part: cell.rate.fraction, cell,
    }));
}

function showLists() {
  const machines = document.getElementById("machines");
  machines.replaceChildren(...(older ? [machine(report, "This report"), machine(older, "Older")] : [machine(report)]));
  document.getElementById("first").replaceChildren(
    ranked("Wrong, or without a kernel written by hand", "Nothing: every step of every plan has a kernel of the tier tuned.", missing()),
    ranked("Least part of the peak", "Nothing was measured: affine coverage --rates does.", slow()));
}
