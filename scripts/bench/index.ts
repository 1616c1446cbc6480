import { apiRates } from './api-rates.ts';
import { clusterIdle } from './cluster-idle.ts';
import { clusterMemory } from './cluster-memory.ts';
import { clusterReady } from './cluster-ready.ts';
import { keystrokeEcho } from './keystroke-echo.ts';
import { listPods } from './list-pods.ts';
import { podMemory } from './pod-memory.ts';
import { watchFanOut } from './watch-fan-out.ts';

/** One measured number. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  better: 'lower' | 'higher';
}

export interface Benchmark {
  name: string;
  run(): Promise<Figure[]>;
}

/** All benchmarks: one more is one more file and one line here. */
export const benchmarks: readonly Benchmark[] = [
  clusterReady,
  clusterIdle,
  clusterMemory,
  apiRates,
  listPods,
  watchFanOut,
  podMemory,
  keystrokeEcho,
];
