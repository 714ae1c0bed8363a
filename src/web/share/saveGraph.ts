import { sides } from '../state/pageStore.ts'
import { scheme } from '../state/theme.ts'

const graphSvg = async (): Promise<string> => (await sides.a.engine.ask({ kind: 'svg', side: 'a', outcome: sides.a.outcome.value, scheme: scheme() })).text

export async function saveSvg(): Promise<void> {
  save(new Blob([await graphSvg()], { type: 'image/svg+xml' }), 'chainwalk.svg')
}

/** Browsers draw no larger pictures. */
const MOST_PIXELS = 8_000

export async function savePng(): Promise<void> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await graphSvg())}`
  await image.decode()
  const scale = Math.min(2, MOST_PIXELS / Math.max(image.naturalWidth, image.naturalHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(image.naturalWidth * scale)
  canvas.height = Math.ceil(image.naturalHeight * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  canvas.toBlob((blob) => { if (blob) save(blob, 'chainwalk.png') }, 'image/png')
}

/** Gives a file to the browser's downloads. */
function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => { URL.revokeObjectURL(link.href) }, 10_000)
}
