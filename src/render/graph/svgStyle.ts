/** Colours of one scheme. */
interface Palette {
  readonly paper: string
  readonly ink: string
  readonly soft: string
  readonly faint: string
  readonly line: string
  readonly band: string
  readonly box: string
  readonly heading: string
  readonly heat: string
  /** One for each leg of a connection. */
  readonly legs: readonly [string, string, string, string]
  readonly onLeg: string
}

const LIGHT: Palette = {
  paper: '#ffffff', ink: '#16212c', soft: '#55636f', faint: '#7d8a96', line: '#aeb9c4', band: '#f0f3f6', box: '#ffffff', heading: '#e6ebf0', heat: '#e8590c',
  legs: ['#0b5cd5', '#c2410c', '#7c3aed', '#0f766e'], onLeg: '#ffffff',
}

const DARK: Palette = {
  paper: '#0d1218', ink: '#eaf0f6', soft: '#a9b7c4', faint: '#8391a0', line: '#4a5866', band: '#141b23', box: '#1a232d', heading: '#26323f', heat: '#ff8c42',
  legs: ['#63adff', '#ffa061', '#c7a1ff', '#52d3bd'], onLeg: '#0d1218',
}

/** The colours of legs on white; further legs begin again. */
export const LEG_COLOURS = LIGHT.legs

/** Which colours a picture has: one scheme's, or those the reader prefers. */
export type Scheme = 'light' | 'dark' | 'preferred'

const FONTS = `.cw-picture text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre}
.cw-picture .name{font-size:13px;font-weight:700}
.cw-picture .hook,.cw-picture .family,.cw-picture .answer,.cw-picture .words{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif}
.cw-picture .hook{font-size:12px;font-weight:700;letter-spacing:.08em}
.cw-picture .family{font-size:14px;font-weight:700}
.cw-picture .answer{font-size:17px;font-weight:700}
.cw-picture .order{font:700 10.5px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;text-anchor:middle}
.cw-picture .end{text-anchor:end}
.cw-picture .box,.cw-picture .band{stroke-width:1}
.cw-picture .apart,.cw-picture .absent .box,.cw-picture .folded .box{stroke-dasharray:5 4}
.cw-picture .edge,.cw-picture .flow{fill:none;stroke-width:1.4}
.cw-picture .goto{stroke-dasharray:6 4}
.cw-picture .lit.edge{stroke-width:2.6}
.cw-picture .lit .box{stroke-width:2}
.cw-picture .lit.row .rule{font-weight:700}
.cw-picture .wash{fill-opacity:.15}
.cw-picture .after .wash{fill-opacity:.06}
.cw-picture .lit.after.edge,.cw-picture .after .box{stroke-width:1.4}
.cw-picture .after.row .rule{font-weight:400}
.cw-picture .idle{opacity:.5}
.cw-picture .missed .rule{opacity:.6}`

const legRules = ({ legs, onLeg }: Palette): string =>
  legs.map((colour, i) => `.cw-picture .leg${i}.edge,.cw-picture .leg${i} .box{stroke:${colour}}.cw-picture .leg${i} .wash,.cw-picture .leg${i}.badge circle,.cw-picture .leg${i}.head{fill:${colour}}`).join('\n') + `\n.cw-picture .badge .order{fill:${onLeg}}`

const colours = (palette: Palette): string => `.cw-picture .paper{fill:${palette.paper}}
.cw-picture text{fill:${palette.soft}}
.cw-picture .name,.cw-picture .hook,.cw-picture .family,.cw-picture .answer,.cw-picture .plain .rule,.cw-picture .lit.row .rule{fill:${palette.ink}}
.cw-picture .faint,.cw-picture .number,.cw-picture .count{fill:${palette.faint}}
.cw-picture .heat~.count{fill:${palette.ink}}
.cw-picture .band{fill:${palette.band};stroke:${palette.line};stroke-opacity:.55}
.cw-picture .box{fill:${palette.box};stroke:${palette.line}}
.cw-picture .heading{fill:${palette.heading}}
.cw-picture .edge,.cw-picture .flow{stroke:${palette.line}}
.cw-picture .head{fill:${palette.line}}
.cw-picture .heat{fill:${palette.heat}}
${legRules(palette)}`

/** The picture's style sheet; every rule is for the picture alone, so that a page may hold it. */
export function svgStyle(scheme: Scheme): string {
  if (scheme !== 'preferred') return `${FONTS}\n${colours(scheme === 'light' ? LIGHT : DARK)}`
  return `${FONTS}\n${colours(LIGHT)}\n@media (prefers-color-scheme:dark){\n${colours(DARK)}\n}`
}
