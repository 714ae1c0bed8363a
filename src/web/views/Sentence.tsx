import { useId } from 'preact/hooks'
import type { Word } from '../language/en.ts'
import { t } from '../language/language.ts'
import { editForm, form, sides } from '../state/pageStore.ts'
import type { FormField, FormIssue, IssueCode } from '../worker/connectionForm.ts'
import type { Suggestion } from '../worker/protocol.ts'

const ISSUES: Readonly<Record<IssueCode, Word>> = { missing: 'issueMissing', 'no-address': 'issueNoAddress', 'no-port': 'issueNoPort', 'no-number': 'issueNoNumber', families: 'issueFamilies', 'no-version': 'issueNoVersion' }

/** The connection as a sentence with places to fill in. */
export function Sentence() {
  const suggestions = sides.a.read.value?.suggestions
  const issues = sides.a.walk.value?.issues ?? sides.b.walk.value?.issues ?? []
  return (
    <form class="sentence" aria-label={t('sentence')} onSubmit={(event) => { event.preventDefault() }}>
      <p class="says">
        <span>{t('a')}</span>{' '}
        <select aria-label={t('protoLabel')} value={form.value.proto} onChange={({ currentTarget }) => { editForm('proto', currentTarget.value) }}>
          {['tcp', 'udp', 'icmp'].map((proto) => <option key={proto} value={proto}>{proto.toUpperCase()}</option>)}
        </select>{' '}
        <span>{t('connectionFrom')}</span>{' '}
        <Blank field="from" label="fromLabel" issues={issues} suggestions={suggestions?.from} width={15} placeholder="10.20.0.78" />{' '}
        <span>{t('to')}</span>{' '}
        <Blank field="to" label="toLabel" issues={issues} suggestions={suggestions?.to} width={19} placeholder="10.20.0.77:18080" />{' '}
        <span>{t('asUid')}</span>{' '}
        <Blank field="uid" label="uidLabel" issues={issues} suggestions={suggestions?.uid} width={17} placeholder={t('uidPlaceholder')} />
      </p>
      <details>
        <summary>{t('more')}</summary>
        <p class="grid">
          {(['gid', 'mark', 'podIp', 'istio'] as const).map((field) => <label key={field}>{t(field)} <Blank field={field} label={field} issues={issues} width={14} placeholder="" /></label>)}
        </p>
      </details>
    </form>
  )
}

interface BlankProps {
  readonly field: FormField
  readonly label: Word
  readonly issues: readonly FormIssue[]
  readonly suggestions?: readonly Suggestion[] | undefined
  readonly width: number
  readonly placeholder: string
}

function Blank({ field, label, issues, suggestions = [], width, placeholder }: BlankProps) {
  const id = useId()
  const issue = issues.find((each) => each.field === field)
  return (
    <span class="blank">
      <input
        type="text" class="mono" aria-label={t(label)} size={width} value={form.value[field]} placeholder={placeholder} spellcheck={false} autocomplete="off" autocapitalize="off"
        list={suggestions.length > 0 ? `${id}-list` : undefined} aria-invalid={issue !== undefined} aria-describedby={issue ? `${id}-issue` : undefined}
        onInput={({ currentTarget }) => { editForm(field, currentTarget.value) }}
      />
      {suggestions.length > 0 && <datalist id={`${id}-list`}>{suggestions.map(({ value, label: text }) => <option key={value} value={value}>{text}</option>)}</datalist>}
      {issue && <span class="issue" id={`${id}-issue`}>{t(ISSUES[issue.code])}</span>}
    </span>
  )
}
