import { effect, signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

/** Colours: the system's, until somebody chooses. */
export const theme = signal<Theme>('auto')

export function applyTheme(): void {
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
}
