// Charts: an element with data-chart names a script of JSON beside it (id) that holds ECharts' option.
import { BarChart, FunnelChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  AriaComponent, BarChart, DatasetComponent, FunnelChart, GridComponent, LegendComponent, LineChart,
  MarkLineComponent, ScatterChart, SVGRenderer, TooltipComponent,
]);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function theme() {
  const text = colour("--chart-text");
  const line = { lineStyle: { color: colour("--chart-line") } };
  const axis = { axisLabel: { color: text }, axisLine: line, splitLine: line, nameTextStyle: { color: text } };
  return {
    color: ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5"].map(colour),
    textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
    legend: { textStyle: { color: text } },
    categoryAxis: axis,
    valueAxis: axis,
    timeAxis: axis,
  };
}

/** Draw the chart of an element, again whenever it turns light or dark, and fit it to its width.
 * A series item with a `link` opens it when it is clicked.
 * @param {HTMLElement} node */
export function draw(node) {
  const option = JSON.parse(document.getElementById(node.dataset.chart).textContent);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let chart = null;
  const redraw = () => {
    chart?.dispose();
    chart = init(node, theme(), { renderer: "svg" });
    chart.setOption({ animation: !still, aria: { enabled: true }, ...option });
    chart.on("click", (event) => { if (event.data?.link) location.assign(event.data.link); });
  };
  redraw();
  new ResizeObserver(() => chart.resize()).observe(node);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}
