// The charts of the README and of docs/performance.md, as SVG that reads on light and on dark. `node bench/chart.mjs` draws them
// again from bench/results/results.json.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { writePerformancePage } from './performance-page.mjs';
import { number } from './targets.mjs';
import { AWS4 } from './peers-node.mjs';
import { OURS } from './peers.mjs';

/**
 * @param {import('./harness.mjs').Table[]} tables
 * @returns {Record<string, string>} SVG by name
 */
export function drawCharts(tables) {
  const named = (id) => tables.find((table) => table.id === id);
  const signing = ['get-token', 'get', 'post-1kb', 'browser-get-token'].flatMap((id) => named(id) ?? []);
  const growth = GROWTH.map(({ id, axis }) => ({ axis, table: named(`growth-${id}`) }));
  return { signing: bars(signing), growth: lines(growth) };
}

const GROWTH = [
  { id: 'headers', axis: 'headers' },
  { id: 'query parameters', axis: 'query parameters' },
  { id: 'body, kB', axis: 'body, kB' },
  { id: 'credentials', axis: 'credentials in rotation' },
];

/** One group of bars for each table; of each bar the length is its time against ours, on a logarithmic scale. */
function bars(tables) {
  const [left, width, rowHeight, plot] = [250, 820, 22, 400];
  const largest = Math.max(...tables.flatMap(({ rows }) => rows.map(({ ratio }) => ratio)));
  const length = (/** @type {number} */ ratio) => 12 + (plot - 12) * (Math.log(ratio) / Math.log(largest));
  const out = [];
  let y = 8;
  for (const { title, rows } of tables) {
    out.push(text(8, y + 16, title, 'title'));
    y += 26;
    for (const { name, value, ratio } of [...rows].sort((a, b) => a.value - b.value)) {
      const kind = name === OURS ? 'ours' : 'peer';
      out.push(text(left - 8, y + 14, name, 'end'));
      out.push(
        `<rect class="${kind}" x="${left}" y="${y + 3}" width="${fixed(length(Math.max(1, ratio)))}" height="14" rx="2"/>`,
      );
      const figure = name === OURS ? `${number(value)} µs` : `${number(value)} µs, ${number(ratio)} times`;
      out.push(text(left + 8 + length(Math.max(1, ratio)), y + 14, figure));
      y += rowHeight;
    }
    y += 12;
  }
  out.push(
    text(
      8,
      y + 8,
      'Time of one signature; the length of a bar is logarithmic. Medians of one interleaved run.',
      'small',
    ),
  );
  return svg(width, y + 20, out);
}

/** Small multiples, each on linear axes: what is linear is a straight line. */
function lines(charts) {
  const [cellWidth, cellHeight, margin, plotWidth, plotHeight] = [410, 250, 58, 320, 165];
  const out = charts.flatMap(({ axis, table }, n) => {
    const [x0, y0] = [(n % 2) * cellWidth + margin, Math.floor(n / 2) * cellHeight + 34];
    const points = table.rows.map(({ name, value }) => {
      const at = name.lastIndexOf(', ');
      return { who: name.slice(0, at), size: Number(name.slice(at + 2)), value };
    });
    const right = Math.max(...points.map(({ size }) => size));
    const top = Math.max(...points.map(({ value }) => value));
    const x = (size) => fixed(x0 + (size / right) * plotWidth);
    const y = (value) => fixed(y0 + plotHeight - (value / top) * plotHeight);
    const cell = [text(x0, y0 - 14, axis, 'title')];
    cell.push(
      text(x0 + plotWidth - 50, y0 - 14, OURS, 'end small ours'),
      text(x0 + plotWidth, y0 - 14, AWS4, 'end small'),
    );
    cell.push(`<path class="axis" d="M${x0} ${y0}v${plotHeight}h${plotWidth}"/>`);
    for (const part of [0, 0.5, 1]) {
      cell.push(text(x0 - 6, Number(y(top * part)) + 4, number(top * part), 'end small'));
      cell.push(text(Number(x(right * part)), y0 + plotHeight + 16, number(right * part), 'middle small'));
    }
    for (const who of new Set(points.map((point) => point.who))) {
      const own = points.filter((point) => point.who === who);
      const kind = who === OURS ? 'ours' : 'peer';
      cell.push(
        `<polyline class="${kind}" points="${own.map(({ size, value }) => `${x(size)},${y(value)}`).join(' ')}"/>`,
      );
      cell.push(
        ...own.map(({ size, value }) => `<circle class="${kind}" cx="${x(size)}" cy="${y(value)}" r="2.5"/>`),
      );
    }
    return cell;
  });
  out.push(text(8, 2 * cellHeight + 8, 'Microseconds of one signature with temporary credentials.', 'small'));
  return svg(2 * cellWidth, 2 * cellHeight + 20, out);
}

function svg(width, height, elements) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<style>${STYLE}</style>
${elements.join('\n')}
</svg>
`;
}

function text(x, y, content, kind = '') {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${fixed(x)}" y="${fixed(y)}"${kind && ` class="${kind}"`}>${escaped}</text>`;
}

function fixed(value) {
  return Number(value).toFixed(1);
}

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; } .small { font-size: 11px; fill: #59636e; }
  .end { text-anchor: end; } .middle { text-anchor: middle; }
  rect.ours, circle.ours, text.ours { fill: #1a7f37; } rect.peer, circle.peer { fill: #8c959f; }
  polyline { fill: none; stroke-width: 2; } polyline.ours { stroke: #1a7f37; } polyline.peer { stroke: #8c959f; }
  .axis { fill: none; stroke: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .small { fill: #9198a1; }
    rect.ours, circle.ours, text.ours { fill: #3fb950; } polyline.ours { stroke: #3fb950; }
  }`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = new URL('results/', import.meta.url);
  const { tables } = JSON.parse(readFileSync(new URL('results.json', results), 'utf8'));
  for (const [name, svg] of Object.entries(drawCharts(tables)))
    writeFileSync(new URL(`${name}.svg`, results), svg);
  await writePerformancePage(tables);
}
