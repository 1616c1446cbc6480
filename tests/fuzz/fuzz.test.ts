import { expect, test } from 'vitest';
import { fuzz, lineOf } from './run.ts';

// `npm run fuzz` sends 100,000 requests, and others with other seeds; here it is as many as a test may take time for.
const MS = 15_000;

test('no request makes the API server fail, stall or grow', async () => {
  const { requests, findings } = await fuzz({ seed: 1, requests: 100_000, ms: MS });
  expect(findings.map(({ what, detail, shot }) => `${what}: ${detail}\n${shot ? lineOf(shot) : ''}`)).toEqual([]);
  expect(requests).toBeGreaterThan(100);
});
