// The list below a search box: arrows choose, Enter opens, Escape closes; without a choice Enter searches.

/** @param {HTMLInputElement} box  @param {HTMLElement} list whose options (data-href) htmx fills in */
export function suggest(box, list) {
  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  const show = (on) => {
    list.hidden = !on;
    box.setAttribute("aria-expanded", String(on));
    if (!on) choose(null);
  };
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };

  list.addEventListener("htmx:afterSwap", () => show(document.activeElement === box && options().length > 0));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault(); // the box keeps the focus
    if (option) location.assign(option.dataset.href);
  });
  box.addEventListener("blur", () => show(false));
  box.addEventListener("keydown", (event) => {
    const all = options();
    if (event.isComposing || !all.length) return;
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
      choose(all[next] ?? null);
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      location.assign(all[at].dataset.href);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    }
  });
}
