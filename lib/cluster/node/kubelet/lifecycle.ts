import type { Container as ContainerSpec, LifecycleHandler, Pod } from '../../schema/generated/types.ts';
import type { Container } from '../runtime/container.ts';
import { signalName } from '../runtime/signals.ts';
import type { ContainerRecord } from './container-record.ts';
import { runExec, runHttp } from './handler.ts';
import type { KubeletServices } from './services.ts';

/** A postStart hook may take long, but not for ever. */
const HOOK_LIMIT = 600_000;
/** What a container gets at least after its preStop hook. */
const MINIMUM_GRACE = 2;

async function runHook(
  container: Container,
  spec: ContainerSpec,
  hook: LifecycleHandler,
  ip: string,
  kubelet: KubeletServices,
  limitMs: number,
): Promise<boolean> {
  if (hook.exec) return (await runExec(container, hook.exec.command ?? [], kubelet.clock, limitMs)).ok;
  if (hook.httpGet) return (await runHttp(container, spec, hook.httpGet, ip, kubelet.clock, limitMs)).ok;
  if (hook.sleep) {
    const { seconds } = hook.sleep;
    await new Promise<void>((done) => kubelet.clock.after(Math.min(seconds * 1000, limitMs), done));
  }
  return true;
}

export function runPostStart(
  container: Container,
  spec: ContainerSpec,
  hook: LifecycleHandler,
  ip: string,
  kubelet: KubeletServices,
): Promise<boolean> {
  return runHook(container, spec, hook, ip, kubelet, HOOK_LIMIT);
}

/** Ends a container: its preStop hook, its stop signal, and KILL when the grace period is over. Resolves when it has ended. */
export async function killContainer(
  pod: Pod,
  record: ContainerRecord,
  grace: number,
  ip: string,
  kubelet: KubeletServices,
): Promise<void> {
  const { live, spec } = record;
  if (!live) return;
  record.stopProbes?.();
  record.stopProbes = undefined;
  const began = kubelet.clock.now();
  const hook = spec.lifecycle?.preStop;
  if (hook && grace > 0) {
    const ok = await runHook(live, spec, hook, ip, kubelet, grace * 1000);
    if (!ok) kubelet.event(pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', `spec.containers{${spec.name}}`);
  }
  const used = (kubelet.clock.now() - began) / 1000;
  const left = hook ? Math.max(grace - used, MINIMUM_GRACE) : grace;
  if (left <= 0) {
    live.signal('KILL');
  } else {
    live.signal(signalName(spec.lifecycle?.stopSignal ?? 'TERM') ?? 'TERM');
    const timer = kubelet.clock.after(left * 1000, () => live.signal('KILL'));
    await live.exited;
    timer.cancel();
  }
  await live.exited;
}
