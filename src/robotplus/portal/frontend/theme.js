// Runs before the page is drawn: light or dark as the person chose, else as their system is.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => localStorage.getItem("theme");
  const apply = () => { root.dataset.bsTheme = chosen() ?? (system.matches ? "dark" : "light"); };
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("robotplus:theme", () => {
    localStorage.setItem("theme", root.dataset.bsTheme === "dark" ? "light" : "dark");
    apply();
  });
  root.classList.add("scripted");
  apply();
})();
