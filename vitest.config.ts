import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real peers, packed tarballs and thousands of generated cases take their time on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Tests of memory ask for a collection before they look.
    execArgv: ['--expose-gc'],
  },
});
