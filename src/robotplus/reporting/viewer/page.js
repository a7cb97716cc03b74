// The report's page: opens one solution at a time, ties player, curves and table together. Works without the player.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const articles = [...document.querySelectorAll("article.solution")];
  const rows = [...document.querySelectorAll("tr.opens")];
  const stage = document.querySelector(".stage");
  const part = (name) => stage.querySelector(name);
  let open = -1;
  let player = null;

  // --- language -----------------------------------------------------------------------------------------------
  const english = () => document.getElementById("say-en")?.checked ?? document.documentElement.lang === "en";
  const word = (key) => data.words[key][english() ? 1 : 0];
  function speak() {
    document.documentElement.lang = english() ? "en" : "zh-CN";
    for (const node of document.querySelectorAll("[data-zh]")) {
      node.setAttribute("aria-label", english() ? node.dataset.en : node.dataset.zh);
    }
    if (stage && player) drawState();
  }
  for (const choice of document.querySelectorAll(".switch input")) choice.addEventListener("change", speak);
  if (location.hash === "#en" && document.getElementById("say-en")) document.getElementById("say-en").checked = true;

  // --- layout: the best playback near the top, its evidence folded; on paper all is open --------------------
  const folded = [...document.querySelectorAll("details.evidence")];
  const playback = document.getElementById("playback");
  if (playback) document.querySelector("main > header").after(playback);
  let unfolded = false;
  const fold = (open) => { for (const node of folded) node.open = open; };
  fold(false);
  for (const node of folded) {
    node.querySelector("summary").addEventListener("click", () => { unfolded = !node.open; });
  }
  addEventListener("beforeprint", () => fold(true));
  addEventListener("afterprint", () => fold(unfolded));

  // --- solutions ----------------------------------------------------------------------------------------------
  async function show(index, scroll) {
    if (!articles[index] || index === open) return;
    open = index;
    articles.forEach((article, i) => { article.hidden = i !== index; });
    fold(unfolded); // whoever opened the evidence of one robot wants to see that of the next
    for (const row of rows) row.classList.toggle("open", Number(row.dataset.row) === index);
    if (scroll) articles[index].scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    const place = articles[index].querySelector(".stage-here");
    if (!stage || !place || !data.solutions[index].glb) return;
    place.append(stage); // there is one stage; it moves to the solution that is open
    stage.hidden = false;
    try {
      player ??= new RobotplusPlayer.Player(part(".canvas"), onTime);
      player.play(false);
      await player.load(await unpack(data.solutions[index].glb));
      part(".time").max = player.duration;
      articles[index].classList.add("moving");
      document.documentElement.dataset.player = player.drawnTriangles > 0 ? "ready" : "blank";
      drawState();
    } catch (problem) {
      document.documentElement.dataset.player = "failed";
      part(".failed").hidden = false;
      part(".canvas").hidden = part(".controls").hidden = true;
    }
  }

  async function unpack(base64) {
    const packed = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  }

  for (const row of rows) row.addEventListener("click", (event) => { event.preventDefault(); show(Number(row.dataset.row), true); });

  // --- time ---------------------------------------------------------------------------------------------------
  function onTime(seconds) {
    part(".time").value = seconds;
    part(".clock").textContent = `${seconds.toFixed(2)} / ${player.duration.toFixed(2)} s`;
    part(".readout").textContent = reading(data.solutions[open], seconds);
    for (const svg of articles[open].querySelectorAll(".seekable")) {
      const x = (600 * seconds) / Number(svg.dataset.end);
      svg.querySelector(".cursor").setAttribute("transform", `translate(${Math.min(x, 600)} 0)`);
    }
  }

  function reading(curves, seconds) {
    let i = 0;
    for (let low = 0, high = curves.t.length - 1; low <= high;) {
      const middle = (low + high) >> 1;
      if (curves.t[middle] <= seconds) { i = middle; low = middle + 1; } else high = middle - 1;
    }
    const at = (values, factor, digits) => (values?.[i] == null ? null : (values[i] * factor).toFixed(digits));
    const parts = [
      ["chart_clearance", at(curves.clearance_mm, 1, 0)],
      ["chart_speed", at(curves.speed_used, 100, 0)],
      ["chart_tool", at(curves.tool_speed, 1, 2)],
    ];
    return parts.filter(([, value]) => value !== null).map(([key, value]) => `${word(key)} ${value}`).join("   ·   ");
  }

  function drawState() {
    const button = part(".play");
    button.textContent = player.playing ? "❚❚" : "▶";
    button.setAttribute("aria-label", word(player.playing ? "pause" : "play"));
    onTime(player.time);
  }

  function toggle() { player.play(!player.playing); drawState(); }

  if (stage) {
    part(".play").addEventListener("click", toggle);
    part(".time").addEventListener("input", (event) => player.seek(Number(event.target.value)));
    part(".rate").addEventListener("change", (event) => { player.rate = Number(event.target.value); });
    part(".reset").addEventListener("click", () => player.resetView());
    part(".boxes").addEventListener("change", (event) => player.showEnvelope(event.target.checked));
    part(".canvas").addEventListener("keydown", (event) => {
      const step = player && player.duration / (event.shiftKey ? 20 : 200);
      const moves = {
        " ": toggle, r: () => player.resetView(), R: () => player.resetView(),
        ArrowLeft: () => player.seek(player.time - step), ArrowRight: () => player.seek(player.time + step),
        Home: () => player.seek(0), End: () => player.seek(player.duration),
      };
      if (player && moves[event.key]) { event.preventDefault(); moves[event.key](); }
    });
  }
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-seek], .seekable");
    if (!target || !player || !articles[open]?.contains(target)) return;
    const box = target.getBoundingClientRect();
    player.seek(target.dataset.seek ? Number(target.dataset.seek) : (Number(target.dataset.end) * (event.clientX - box.left)) / box.width);
  });

  speak();
  show(Math.max(0, Number(/^#solution-(\d+)$/.exec(location.hash)?.[1] ?? 0)), false);
})();
