import { t } from '../language/language.ts'
import { notice } from '../state/give.ts'
import { room } from '../state/pageStore.ts'
import { CompareRoom } from './CompareRoom.tsx'
import { Header } from './Header.tsx'
import { LessonsRoom } from './LessonsRoom.tsx'
import { WalkRoom } from './WalkRoom.tsx'

/** The page. */
export function App() {
  return (
    <>
      <Header />
      {notice.value !== null && <div class="notice" role="alert"><p>{notice.value}</p><button type="button" onClick={() => { notice.value = null }}>{t('dismiss')}</button></div>}
      <main id="main" tabIndex={-1}>
        {room.value === 'walk' && <WalkRoom />}
        {room.value === 'compare' && <CompareRoom />}
        {room.value === 'lessons' && <LessonsRoom />}
      </main>
      <footer class="page-footer muted small">{t('privacy')}</footer>
    </>
  )
}
