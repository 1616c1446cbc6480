import type { Timer } from '../../../kit/clock.ts';
import type { Container as ContainerSpec, Probe } from '../../schema/generated/types.ts';
import type { ContainerRecord } from './container-record.ts';
import { portNumber, runExec, runHttp, type Outcome } from './handler.ts';
import type { KubeletServices } from './services.ts';

/** A program that has only just been started may not listen yet: what fails so early is tried again soon, and not told. */
const WARM_UP = 1_000;
const AGAIN = 100;

type Kind = 'Startup' | 'Liveness' | 'Readiness';

/** What the probes of a container tell its pod. */
export interface ProbeListener {
  /** Started or ready changed. */
  changed(): void;
  /** A liveness or startup probe failed for good. */
  failed(message: string, graceSeconds: number | undefined): void;
  event(reason: string, message: string): void;
}

/** Runs the probes of a started container until stopped. Liveness and readiness wait for startup. */
export function startProbes(
  record: ContainerRecord,
  ip: string,
  kubelet: KubeletServices,
  listener: ProbeListener,
): () => void {
  const { spec } = record;
  let stopped = false;
  const timers = new Set<Timer>();
  const { clock } = kubelet;

  const later = (ms: number, work: () => void) => {
    const timer = clock.after(ms, () => {
      timers.delete(timer);
      if (!stopped) work();
    });
    timers.add(timer);
  };

  const run = (kind: Kind, probe: Probe, onResult: (ok: boolean) => 'again' | 'stop') => {
    const period = (probe.periodSeconds ?? 10) * 1000;
    let successes = 0;
    let failures = 0;
    const once = async () => {
      const outcome = await attempt(record, probe, ip, kubelet);
      if (stopped) return;
      if (!outcome.ok && clock.now() - record.startedAt < WARM_UP) return later(AGAIN, tick);
      if (outcome.ok) {
        successes++;
        failures = 0;
      } else {
        failures++;
        successes = 0;
        listener.event('Unhealthy', `${kind} probe failed: ${outcome.output}`);
      }
      if (successes >= (probe.successThreshold ?? 1)) {
        if (onResult(true) === 'stop') return;
      } else if (failures >= (probe.failureThreshold ?? 3) && onResult(false) === 'stop') return;
      later(period, tick);
    };
    const tick = () => void once();
    const delay = Math.max((probe.initialDelaySeconds ?? 0) * 1000 - (clock.now() - record.startedAt), 0);
    if (delay > 0) later(delay, tick);
    else tick();
  };

  const afterStartup = () => {
    record.started = true;
    if (!spec.readinessProbe) record.ready = true;
    listener.changed();
    if (spec.readinessProbe) {
      run('Readiness', spec.readinessProbe, (ok) => {
        if (record.ready !== ok) {
          record.ready = ok;
          listener.changed();
        }
        return 'again';
      });
    }
    const liveness = spec.livenessProbe;
    if (liveness) {
      run('Liveness', liveness, (ok) => {
        if (ok) return 'again';
        listener.failed(
          `Container ${spec.name} failed liveness probe, will be restarted`,
          liveness.terminationGracePeriodSeconds,
        );
        return 'stop';
      });
    }
  };

  const startup = spec.startupProbe;
  if (startup && !record.started) {
    run('Startup', startup, (ok) => {
      if (ok) afterStartup();
      else
        listener.failed(
          `Container ${spec.name} failed startup probe, will be restarted`,
          startup.terminationGracePeriodSeconds,
        );
      return 'stop';
    });
  } else afterStartup();

  return () => {
    stopped = true;
    for (const timer of timers) timer.cancel();
  };
}

async function attempt(record: ContainerRecord, probe: Probe, ip: string, kubelet: KubeletServices): Promise<Outcome> {
  const container = record.live;
  if (!container) return { ok: false, output: 'container is not running' };
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.exec) return runExec(container, probe.exec.command ?? [], kubelet.clock, timeout);
  if (probe.httpGet) return runHttp(container, record.spec, probe.httpGet, ip, kubelet.clock, timeout);
  if (probe.tcpSocket) {
    const host = probe.tcpSocket.host ?? ip;
    return tcp(
      container.options.net.listener(host, portNumber(record.spec, probe.tcpSocket.port)) !== undefined,
      host,
      record.spec,
      probe.tcpSocket.port,
    );
  }
  if (probe.grpc) {
    const open = container.options.net.listener(ip, probe.grpc.port) !== undefined;
    return open
      ? { ok: true, output: '' }
      : {
          ok: false,
          output: `timeout: failed to connect service "${ip}:${probe.grpc.port}" within ${timeout / 1000}s: context deadline exceeded`,
        };
  }
  return { ok: true, output: '' };
}

function tcp(open: boolean, host: string, spec: ContainerSpec, port: number | string): Outcome {
  return open
    ? { ok: true, output: '' }
    : { ok: false, output: `dial tcp ${host}:${portNumber(spec, port)}: connect: connection refused` };
}
