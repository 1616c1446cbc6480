import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCluster, PkiPool, type Cluster } from '../../lib/cluster/index.ts';

/** The value below which `share` (0 to 1) of the samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** A scratch folder for `work`; gone afterwards. */
export async function inScratch<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-bench-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Credentials for `count` clusters, made before anything is measured: a running site makes them in the background. */
export async function credentials(dir: string, count: number, profile = 'three-node'): Promise<PkiPool> {
  const pool = new PkiPool(join(dir, 'pki'), count);
  await pool.fill(profile);
  return pool;
}

export function threeNodes(dir: string, pki: PkiPool): Promise<Cluster> {
  return createCluster({ profile: 'three-node', dir, pki });
}

/** Bytes of objects that are still reachable. */
export async function heapUsed(): Promise<number> {
  await collect();
  return process.memoryUsage().heapUsed;
}

/** Bytes that the process has in memory once garbage is gone. */
export async function resident(): Promise<number> {
  await collect();
  return process.memoryUsage().rss;
}

async function collect(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    gc();
    await pause(100);
  }
}
