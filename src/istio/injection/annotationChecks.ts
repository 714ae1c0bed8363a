import { parseAddress } from '../../net/address.ts'

/** Says what is wrong with an annotation's value; null: nothing. */
export type AnnotationCheck = (value: string) => string | null

const PORT = /^\s*\d{1,5}\s*$/

const isPort = (text: string): boolean => PORT.test(text) && Number(text) <= 65535

/** cni/pkg/plugin/sidecar_redirect.go validatePortList: an empty text is an empty list, an empty item is not. */
export const portList: AnnotationCheck = (value) => {
  const bad = value.trim() === '' ? undefined : value.split(',').find((item) => !isPort(item))
  return bad === undefined ? null : `${JSON.stringify(bad)} is no port`
}

export const portListOrAll: AnnotationCheck = (value) => (value === '*' ? null : portList(value))

const isCidr = (text: string): boolean => {
  const [, address, bits] = /^(.*)\/(\d{1,3})$/.exec(text) ?? []
  const parsed = address === undefined ? null : parseAddress(address)
  return parsed !== null && Number(bits) <= (parsed.family === 4 ? 32 : 128)
}

export const cidrList: AnnotationCheck = (value) => {
  const bad = value === '' ? undefined : value.split(',').find((item) => !isCidr(item))
  return bad === undefined ? null : `${JSON.stringify(bad)} is no CIDR`
}

export const cidrListOrAll: AnnotationCheck = (value) => (value === '*' ? null : cidrList(value))

export const anything: AnnotationCheck = () => null

export const interceptionMode: AnnotationCheck = (value) => (value === 'REDIRECT' || value === 'TPROXY' || value === 'NONE' ? null : `${JSON.stringify(value)} is no interception mode`)
