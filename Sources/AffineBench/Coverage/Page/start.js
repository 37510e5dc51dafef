// Everything, and again where the address or the width changes.
function showShown() {
  showMaps();
  showRoofline();
}

showLists();
showComparison();
showFilters();
showShown();
addEventListener("hashchange", () => { showFilters(); showShown(); });
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  showRoofline();
});
document.documentElement.dataset.ready = "true";
