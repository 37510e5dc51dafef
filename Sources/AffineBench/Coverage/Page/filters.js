// Which cells are shown. The choice stands in the address, so that it can be sent.
const filters = [
  { name: "operation", label: "Operation", of: cell => cell.operation },
  { name: "activations", label: "Activations", of: cell => report.products.includes(cell.operation) ? cell.activations : "" },
  { name: "storage", label: "Storage", of: cell => cell.storage },
  { name: "granularity", label: "Granularity", of: cell => cell.granularity },
  { name: "instructionSet", label: "Instruction set", of: cell => cell.plan.chosen.set },
  { name: "tier", label: "Tier", of: cell => cell.plan.tier },
];
const views = older ? [["report", "this report"], ["older", "the older report"], ["change", "what changed"]] : [];

function choice() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries([...filters.map(filter => filter.name), "view"].map(name => [name, parameters.get(name) ?? ""]));
}

function choose(changes) {
  const parameters = new URLSearchParams(Object.entries({ ...choice(), ...changes }).filter(([, value]) => value));
  history.replaceState(null, "", `#${parameters}`);
  showFilters();
  showShown();
}

function shownCells(page) {
  const chosen = choice();
  return page.cells.filter(cell => filters.every(filter => !chosen[filter.name] || filter.of(cell) === chosen[filter.name]));
}

function picker(name, label, values, chosen) {
  return element("label", {}, label, element("select", { name, onchange: event => choose({ [name]: event.target.value }) },
    ...values.map(([value, text]) => {
      const option = element("option", { value }, text);
      option.selected = value === chosen;
      return option;
    })));
}

function showFilters() {
  const chosen = choice();
  const form = document.getElementById("filters"), focused = document.activeElement?.name;
  form.replaceChildren(
    ...filters.map(({ name, label, of }) => {
      const values = [...new Set(report.cells.map(of))].filter(value => value);
      return picker(name, label, [["", "all"], ...values.map(value => [value, value])], chosen[name]);
    }),
    ...(views.length ? [picker("view", "Show", views, chosen.view || "report")] : []),
    element("button", { type: "reset", onclick: event => {
      event.preventDefault();
      choose(Object.fromEntries(Object.keys(choice()).map(name => [name, ""])));
    } }, "Show all"));
  if (focused) form.elements[focused]?.focus();
}
