// Binds the markup of ui/player.html to the 3D player; the player itself is fetched when somebody wants to see it.
const LEVELS = { tight: "--level-tight", fair: "--level-fair", ample: "--level-ample" };
let player = null; // the script, once for the page

function script(address) {
  player ??= new Promise((done, failed) => {
    const node = document.createElement("script");
    node.src = address;
    node.onload = () => done(globalThis.RobotplusPlayer);
    node.onerror = () => failed(new Error("the player could not be loaded"));
    document.head.append(node);
  });
  return player;
}

const fetched = async (address, as) => {
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response[as]();
};

// --- the time bar's colours -------------------------------------------------------------------------------------
const clearance = (curves, i) => {
  const ratio = curves.clearance_mm[i] / Math.max(curves.clearance_asked_mm?.[i] ?? 10, 1);
  return ratio < 1.5 ? "tight" : ratio < 3 ? "fair" : "ample";
};
const used = (key) => (curves, i) => (curves[key][i] > 0.9 ? "tight" : curves[key][i] > 0.7 ? "fair" : "ample");
const STRIPS = [
  ["clearance", "clearance_mm", clearance],
  ["speed", "speed_used", used("speed_used")],
  ["torque", "torque_used", used("torque_used")],
];
const CHART_WIDTH = 600; // of the view box of the charts that reporting draws
const ORDER = ["tight", "fair", "ample"];

/** Colour a row over time: in every bin the worst level. */
function paint(row, curves, level, bins = 160) {
  const end = curves.t.at(-1) || 1;
  const worst = new Array(bins).fill(2);
  curves.t.forEach((t, i) => {
    const bin = Math.min(bins - 1, Math.floor((t / end) * bins));
    worst[bin] = Math.min(worst[bin], ORDER.indexOf(level(curves, i)));
  });
  const stops = worst.map((rank, i) => {
    const colour = `var(${LEVELS[ORDER[rank]]})`;
    return `${colour} ${(100 * i) / bins}% ${(100 * (i + 1)) / bins}%`;
  });
  row.style.background = `linear-gradient(to right, ${stops.join(",")})`;
  row.classList.add("is-known");
}

/** @param {HTMLElement} root the figure  @param {string} address of the player's script */
export function bind(root, address) {
  const part = (name) => root.querySelector(`.player-${name}`);
  const stage = part("stage");
  const canvas = part("canvas");
  const gone = new AbortController();
  const charts = () => document.querySelectorAll("#evidence .seekable");
  let shown = null;

  const draw = (seconds) => {
    part("time").value = seconds;
    part("line").style.setProperty("--at", `${(100 * seconds) / shown.duration}%`);
    part("clock").textContent = `${seconds.toFixed(1)} / ${shown.duration.toFixed(1)} s`;
    root.classList.toggle("is-playing", shown.playing);
    for (const chart of charts()) {
      const x = (CHART_WIDTH * seconds) / Number(chart.dataset.end);
      chart.querySelector(".cursor").setAttribute("transform", `translate(${Math.min(x, CHART_WIDTH)} 0)`);
    }
  };
  const toggle = () => { shown.play(!shown.playing); draw(shown.time); };

  async function open(autoplay) {
    if (shown) return;
    part("open").disabled = true;
    try {
      const { Player } = await script(address);
      const bytes = await fetched(root.dataset.glb, "arrayBuffer");
      part("poster")?.remove();
      part("open").remove();
      canvas.tabIndex = 0;
      shown = new Player(canvas, (seconds) => shown && draw(seconds));
      await shown.load(bytes);
      part("time").max = shown.duration;
      part("controls").hidden = false;
      document.getElementById("evidence")?.classList.add("is-played");
      root.dataset.state = shown.drawnTriangles > 0 ? "ready" : "blank";
      draw(0);
      if (autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) toggle();
      if (root.dataset.profile) await colours();
    } catch (problem) {
      console.warn(problem);
      root.dataset.state = "failed";
      part("failed").hidden = false;
      stage.hidden = part("controls").hidden = true;
    }
  }

  async function colours() {
    const curves = await fetched(root.dataset.profile, "json");
    for (const [name, key, level] of STRIPS) {
      const row = root.querySelector(`[data-bar="${name}"]`);
      if (Array.isArray(curves[key])) paint(row, curves, level);
      else row.textContent = part("legend").dataset.unknown;
    }
    root.classList.add("has-curves");
    part("legend").hidden = false;
  }

  part("open").addEventListener("click", () => open(true));
  part("toggle").addEventListener("click", toggle);
  part("time").addEventListener("input", (event) => shown.seek(Number(event.target.value)));
  part("rate").addEventListener("change", (event) => { shown.rate = Number(event.target.value); });
  part("reset").addEventListener("click", () => shown.resetView());
  for (const row of root.querySelectorAll("[data-bar]")) {
    row.addEventListener("click", (event) => {
      const box = row.getBoundingClientRect();
      shown.seek((shown.duration * (event.clientX - box.left)) / box.width);
    });
  }
  canvas.addEventListener("keydown", (event) => {
    if (!shown) return;
    const step = shown.duration / (event.shiftKey ? 20 : 200);
    const moves = {
      " ": toggle, r: () => shown.resetView(), Home: () => shown.seek(0), End: () => shown.seek(shown.duration),
      ArrowLeft: () => shown.seek(shown.time - step), ArrowRight: () => shown.seek(shown.time + step),
    };
    if (moves[event.key]) { event.preventDefault(); moves[event.key](); }
  });
  // elsewhere on the page: data-seek="seconds" jumps to a moment, and so does a press on a chart of the evidence
  document.addEventListener("click", async (event) => {
    const jump = event.target.closest?.("[data-seek]");
    const chart = jump ? null : event.target.closest?.("#evidence .seekable");
    if (!jump && !chart) return;
    await open(false);
    const box = chart?.getBoundingClientRect();
    shown?.seek(jump ? Number(jump.dataset.seek) : (Number(chart.dataset.end) * (event.clientX - box.left)) / box.width);
  }, { signal: gone.signal });
  // another solution takes its place: a browser keeps only so many canvases
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (!event.target.contains(root)) return;
    gone.abort();
    shown?.play(false);
    shown?.renderer.dispose();
    shown?.renderer.forceContextLoss();
  }, { signal: gone.signal });
  if ("autoload" in root.dataset) open(false);
}
