import { fileURLToPath } from 'node:url'

export default {
  test: { include: ['*.test.js'], testTimeout: 60_000 },
  // In this repository chainwalk is not installed, but built above; elsewhere leave this out.
  resolve: { alias: { 'chainwalk/testing': fileURLToPath(new URL('../../dist/testing.js', import.meta.url)) } },
}
