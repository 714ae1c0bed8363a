const WIDTH = 640
const HEIGHT = 320
const LEFT = 80
const BOTTOM = 50
const TOP = 20
const RIGHT = 30

/** Powers of ten from the one below to the one above. */
function decades(values) {
  const [low, high] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))]
  return Array.from({ length: Math.max(1, high - low) + 1 }, (_, i) => low + i)
}

const label = (power) => (power < 0 ? `${10 ** power}` : (10 ** power).toLocaleString('en'))

/** Points on two logarithmic axes, as SVG. */
export function plot({ title, unit, points }) {
  const [columns, lines] = [decades(points.map(([x]) => x)), decades(points.map(([, y]) => y))]
  const at = (power, all, from, to) => from + ((power - all[0]) / (all.at(-1) - all[0])) * (to - from)
  const x = (value) => at(Math.log10(value), columns, LEFT, WIDTH - RIGHT).toFixed(1)
  const y = (value) => at(Math.log10(value), lines, HEIGHT - BOTTOM, TOP).toFixed(1)
  const grid = [
    ...columns.map((power) => `<line x1="${x(10 ** power)}" x2="${x(10 ** power)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text x="${x(10 ** power)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label(power)}</text>`),
    ...lines.map((power) => `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(10 ** power)}" y2="${y(10 ** power)}"/><text x="${LEFT - 8}" y="${Number(y(10 ** power)) + 4}" text-anchor="end">${label(power)}</text>`),
  ]
  const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${x(px)} ${y(py)}`).join('')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="12">`,
    '<style>:root{color-scheme:light dark}rect{fill:#fff}text{fill:#333}line{stroke:#ddd}.line{fill:none;stroke:#0b6bcb;stroke-width:2}circle{fill:#0b6bcb}@media (prefers-color-scheme:dark){rect{fill:#16181d}text{fill:#ccc}line{stroke:#383c44}.line{stroke:#6cb2ff}circle{fill:#6cb2ff}}</style>',
    `<title>${title}</title><rect width="${WIDTH}" height="${HEIGHT}"/>`, ...grid,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${unit.x}</text><text x="16" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})">${unit.y}</text>`,
    `<path class="line" d="${path}"/>`, ...points.map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="4"/>`), '</svg>', '',
  ].join('\n')
}
