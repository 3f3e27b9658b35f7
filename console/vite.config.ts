import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The server that `npm run dev` forwards requests to, and the token that it sends there. */
const SERVER = process.env['WAYBILL_SERVER'] ?? 'http://127.0.0.1:7480'
const TOKEN = process.env['WAYBILL_TOKEN']

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    // The program finds the page next to its modules.
    outDir: '../dist/console',
    emptyOutDir: true,
    // What the licenses of the packages in the page ask for.
    license: { fileName: 'third-party-licenses.md' },
    // The server's policy allows no `data:` addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_000,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/v1': {
        target: SERVER,
        ...(TOKEN === undefined ? {} : { headers: { Authorization: `Bearer ${TOKEN}` } }),
      },
    },
  },
})
