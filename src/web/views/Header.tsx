import { useSignal } from '@preact/signals'
import type { Word } from '../language/en.ts'
import { language, t } from '../language/language.ts'
import { room } from '../state/pageStore.ts'
import type { Room } from '../state/pageStore.ts'
import { theme } from '../state/theme.ts'
import { ShareDialog } from './ShareDialog.tsx'

const ROOMS: readonly (readonly [Room, Word])[] = [['walk', 'walk'], ['compare', 'compare'], ['lessons', 'lessons']]

/** The page's name, its rooms, and how it is read. */
export function Header() {
  const sharing = useSignal(false)
  return (
    <header class="page-header">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); (document.getElementById('answer-a') ?? document.getElementById('main'))?.focus() }}>{t('skip')}</a>
      <h1>{t('title')} <span class="tagline">{t('tagline')}</span></h1>
      <nav aria-label={t('rooms')}>
        {ROOMS.map(([each, word]) => <button key={each} type="button" class="room" aria-current={room.value === each ? 'page' : undefined} onClick={() => { room.value = each }}>{t(word)}</button>)}
      </nav>
      <div class="settings">
        <button type="button" class="primary" onClick={() => { sharing.value = true }}>{t('share')}</button>
        <ShareDialog open={sharing} />
        <select aria-label={t('theme')} value={theme.value} onChange={({ currentTarget: { value } }) => { theme.value = value === 'light' || value === 'dark' ? value : 'auto' }}>
          <option value="auto">{t('themeAuto')}</option>
          <option value="light">{t('themeLight')}</option>
          <option value="dark">{t('themeDark')}</option>
        </select>
        <button type="button" class="quiet" lang={language.value === 'en' ? 'zh' : 'en'} onClick={() => { language.value = language.value === 'en' ? 'zh' : 'en' }}>{language.value === 'en' ? '中文' : 'English'}</button>
      </div>
    </header>
  )
}
