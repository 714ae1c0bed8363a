import { t } from '../language/language.ts'
import type { SideStore } from '../state/sideStore.ts'
import type { FrameView, StateView } from '../worker/protocol.ts'

const START: StateView = { packet: [], conntrack: [] }

/** The packet's header, mark and conntrack as the current step left them; what the step changed stands out. */
export function PacketState({ store }: { readonly store: SideStore }) {
  const here = store.position.value
  const frame = store.current()
  const { packet, conntrack } = frame?.state ?? START
  const before = here > 1 ? (store.frames.at(here - 2)?.state ?? START) : START
  return (
    <div class="packet-state" data-frame={here}>
      <h3>{t('packet')}</h3>
      {packet.length === 0 ? <p class="muted">{t('noPacket')}</p> : (
        <dl class="fields mono">
          {packet.map(([name, value]) => <Field key={name} name={name} value={value} changed={changed(before, name, value)} />)}
        </dl>
      )}
      <h3>{t('conntrack')}</h3>
      {conntrack.length === 0 ? <p class="muted">{t('noEntries')}</p> : (
        <ul class="entries mono small">
          {conntrack.map(({ text, nat }, i) => (
            <li key={i} class={before.conntrack[i]?.text === text ? '' : 'changed'}>{text}{nat.map((each) => <div key={each} class="nat">{each}</div>)}</li>
          ))}
        </ul>
      )}
      {frame?.hit === 'missed' && <MissedBy frame={frame} />}
    </div>
  )
}

const changed = ({ packet }: StateView, name: string, value: string): boolean => packet.some(([other, old]) => other === name && old !== value)

function Field({ name, value, changed: isChanged }: { readonly name: string; readonly value: string; readonly changed: boolean }) {
  return <div class={isChanged ? 'changed' : ''}><dt>{name}</dt><dd>{value}{isChanged && <span class="visually-hidden"> {t('changed')}</span>}</dd></div>
}

const MissedBy = ({ frame: { asked, seen } }: { readonly frame: FrameView }) => <p class="missed-by small">{t('wants', { asked: asked ?? '', seen: seen ?? '' })}</p>
