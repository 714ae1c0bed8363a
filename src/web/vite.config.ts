import { resolve } from 'node:path'
import { defineConfig } from 'vite'
import { viteSingleFile } from 'vite-plugin-singlefile'
import { contentPolicy } from './build/contentPolicy.ts'

const root = import.meta.dirname

/** Modules that nobody imports anything from are left out, but for styles and the page's own beginning. */
const moduleSideEffects = (id: string): boolean => /\.css|main\.tsx|worker\.ts|preact/.test(id)

export default defineConfig({
  root,
  base: './',
  plugins: [viteSingleFile(), contentPolicy()],
  worker: { format: 'iife', rolldownOptions: { treeshake: { moduleSideEffects } } },
  build: {
    outDir: resolve(root, '../../dist/web'),
    emptyOutDir: true,
    target: 'es2023',
    reportCompressedSize: false,
    modulePreload: false,
    rolldownOptions: { treeshake: { moduleSideEffects } },
  },
})
