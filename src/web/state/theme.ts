import { effect, signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

/** Colours: the system's, until somebody chooses. */
export const theme = signal<Theme>('auto')

/** What is seen now. */
export const scheme = (): 'light' | 'dark' => (theme.value === 'auto' ? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light') : theme.value)

export function applyTheme(): void {
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
}
