import { t } from '../language/language.ts'
import { panel, sides } from '../state/pageStore.ts'
import type { Panel } from '../state/pageStore.ts'
import { Beginning } from './Beginning.tsx'
import { AnswerPane } from './AnswerPane.tsx'
import { GraphView } from './GraphView.tsx'
import { InputPane } from './InputPane.tsx'
import { RulesView } from './RulesView.tsx'
import { Sentence } from './Sentence.tsx'
import { StepsView } from './StepsView.tsx'
import { Tabs } from './Tabs.tsx'

const PANELS = [['rules', 'rules'], ['graph', 'graph']] as const satisfies readonly (readonly [Panel, 'rules' | 'graph'])[]

/** One rule set, one connection, the answer and the reasons beside it. */
export function WalkRoom() {
  const store = sides.a
  return (
    <div class="walk-room">
      <InputPane store={store} title={t('rules')} />
      <div class="results">
        <Sentence />
        <AnswerPane store={store} />
        {store.isEmpty && <Beginning store={store} />}
        {store.shown.value && (
          <div class="views">
            <section class="pane" aria-label={t('views')}>
              <Tabs tabs={PANELS} chosen={panel.value} choose={(next) => { panel.value = next }} label={t('views')}>
                {panel.value === 'rules' ? <RulesView store={store} /> : <GraphView store={store} />}
              </Tabs>
            </section>
            <StepsView store={store} />
          </div>
        )}
      </div>
    </div>
  )
}
