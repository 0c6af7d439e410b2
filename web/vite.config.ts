import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // A data: address would break the server's `default-src 'self'`.
    assetsInlineLimit: 0,
    // The polyfill is of no use to a page of one script.
    modulePreload: { polyfill: false },
    target: 'es2022',
    rollupOptions: {
      output: {
        // The hash lets the server tell browsers to keep assets for ever.
        entryFileNames: 'assets/page-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {
    // `TRIBUTARY=http://localhost:19999 npm run dev` works on a live node.
    proxy: {
      '^(/host/[^/]+)?/api/': process.env.TRIBUTARY ?? 'http://localhost:19999',
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
