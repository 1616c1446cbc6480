import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      // Beside their source; seconds in all.
      { test: { name: 'unit', include: ['lib/**/*.test.ts', 'tests/*.test.ts'], testTimeout: 20_000 } },
      // Real processes: kubectl, sandboxes, a browser.
      {
        test: {
          name: 'system',
          include: ['tests/*/**/*.test.ts'],
          testTimeout: 240_000,
          maxConcurrency: 8,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
