// plot.mjs RESULTS.json OUT.svg: throughput of the pod network beside the path's own uplink, one group a path.
import { readFileSync, writeFileSync } from 'node:fs';

const [results = '', out = ''] = process.argv.slice(2);
/** @type {Record<string, any>[]} */
const rows = JSON.parse(readFileSync(results, 'utf8'));
const series = [
  ['TCP, 1 flow', '#4477aa'],
  ['TCP, 16 flows', '#66ccee'],
  ['TCP, uplink', '#bbbbbb'],
  ['UDP, 1 flow', '#228833'],
  ['UDP, 16 flows', '#ccbb44'],
  ['UDP, uplink', '#888888'],
];
const [left, top, bar, gap, width] = [250, 40, 11, 14, 420];
const most = Math.max(...rows.flatMap((row) => series.map(([name]) => row[name].mbit ?? 0)));
const group = series.length * bar + gap;
const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ words, anchor = 'start') =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
const parts = series.map(([name, colour], index) => {
  const x = 10 + index * 118;
  return `<rect x="${x}" y="8" width="10" height="10" fill="${colour}"/>${text(x + 14, 17, name)}`;
});
rows.forEach((row, index) => {
  const y = top + index * group;
  parts.push(text(left - 10, y + group / 2, `${row.path}, MTU ${row.MTU}`, 'end'));
  series.forEach(([name, colour], place) => {
    const mbit = row[name].mbit ?? 0;
    const at = y + place * bar;
    const long = (mbit / most) * width;
    parts.push(`<rect x="${left}" y="${at}" width="${long.toFixed(1)}" height="${bar - 1}" fill="${colour}"/>`);
    parts.push(text(left + long + 4, at + bar - 2, row[name].error ? 'failed' : mbit.toFixed(0)));
  });
});
const height = top + rows.length * group;
writeFileSync(
  out,
  `<svg xmlns="http://www.w3.org/2000/svg" width="730" height="${height}" font-family="sans-serif" font-size="10">\n` +
    `<title>Mbit/s between pods of two hosts, and of the path's own uplink</title>\n<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`,
);
