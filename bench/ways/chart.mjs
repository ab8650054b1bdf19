import { init } from 'echarts';

const WIDTH = 840;
const HEIGHT = 470;
const FONT = 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif';

/** Colours in light and in dark mode, each with enough contrast to the background of its mode. */
const COLOURS = {
  background: ['#ffffff', '#0d1117'],
  text: ['#1f2328', '#e6edf3'],
  quiet: ['#59636e', '#9198a1'],
  grid: ['#d1d9e0', '#30363d'],
  'per-command': ['#cf222e', '#ff7b72'],
  'checkout-1': ['#9a6700', '#d29922'],
  'pool-10': ['#0969da', '#58a6ff'],
  'generic-pool': ['#8250df', '#bc8cff'],
  tarn: ['#bf3989', '#f778ba'],
  'redis-pool': ['#0a7ea4', '#39c5cf'],
  shared: ['#1a7f37', '#3fb950'],
};
const light = (name) => COLOURS[name][0];

/** Where lines lie upon each other, a symbol and a dash tell them apart. */
const MARKS = {
  'pool-10': { symbol: 'circle' },
  'generic-pool': { symbol: 'rect', type: 'dashed' },
  tarn: { symbol: 'triangle', type: 'dotted' },
  'redis-pool': { symbol: 'diamond' },
};

/**
 * Calls per second by callers, of every way that was measured with GET: an SVG that follows light and dark mode.
 *
 * @param {object} report as `bench.mjs` makes it
 */
export function chartOf({ results, ways, ...place }) {
  const cells = results.filter(({ kind }) => kind === 'get');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption({
    animation: false,
    backgroundColor: light('background'),
    textStyle: { fontFamily: FONT },
    title: {
      text: 'GET of 16 B: calls per second, by callers at the same time (logarithmic scales)',
      subtext: placeOf(place),
      left: 20,
      top: 12,
      textStyle: { fontSize: 17, color: light('text') },
      subtextStyle: { fontSize: 13, color: light('quiet') },
    },
    grid: { left: 88, right: 264, top: 84, bottom: 56 },
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: cells.map(({ callers }) => callers),
      name: 'callers',
      nameLocation: 'middle',
      nameGap: 34,
      ...axisStyle(),
    },
    // Lines do not lie on the axis; the number at its end, which is not round, stays away.
    yAxis: { type: 'log', min: ({ min }) => min / 1.5, ...axisStyle({ showMinLabel: false }) },
    series: ways.map((way) => seriesOf(way, cells)),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return inBothModes(svg);
}

function seriesOf({ name, label }, cells) {
  const values = cells.map(({ summaries }) => {
    const found = summaries.find(({ client }) => client === name);
    return found === undefined ? null : Math.round(found.callsPerSecond.median);
  });
  const { symbol = 'circle', type = 'solid' } = MARKS[name] ?? {};
  const color = light(name);
  return {
    name,
    type: 'line',
    data: values,
    symbol,
    symbolSize: 8,
    silent: true,
    lineStyle: { width: name === 'shared' ? 3.5 : 2.5, type, color },
    itemStyle: { color },
    endLabel: {
      show: true,
      color,
      fontSize: 13,
      fontWeight: 600,
      distance: 10,
      lineHeight: 18,
      formatter: `${label}  ${values.at(-1)?.toLocaleString('en') ?? ''}`,
    },
    labelLayout: { moveOverlap: 'shiftY' },
  };
}

function axisStyle(labels = {}) {
  return {
    nameTextStyle: { fontSize: 13, color: light('quiet') },
    axisLabel: { fontSize: 13, color: light('quiet'), formatter: inWords, ...labels },
    axisLine: { lineStyle: { color: light('grid') } },
    splitLine: { lineStyle: { color: light('grid') } },
  };
}

function inWords(value) {
  return Number(value).toLocaleString('en');
}

function placeOf({ machine, node, server, date }) {
  const size = `${machine.cores} cores, ${machine.system}`;
  return `${machine.processor}, ${size}, shared by client and server; Node.js ${node}; ${server}; ${date.slice(0, 10)}`;
}

/** The background is drawn too: a page's mode need not be the one of the system, which an image follows. */
function inBothModes(svg) {
  const rules = Object.values(COLOURS).flatMap(([inLight, inDark]) => [
    `[fill="${inLight}"]{fill:${inDark}}`,
    `[stroke="${inLight}"]{stroke:${inDark}}`,
  ]);
  const style = `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`;
  return `${svg.replace(/<svg[^>]*>/, (start) => `${start}\n${style}`)}\n`;
}
