import { forbidden, invalid, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { httpHeaderName } from '../../../machinery/names.ts';
import type {
  Container,
  ExecAction,
  GRPCAction,
  HTTPGetAction,
  Lifecycle,
  Probe,
  SleepAction,
  TCPSocketAction,
} from '../../../schema/generated/types.ts';
import { complaints, nonNegative, oneOf, portNumberOrName, requiredText } from '../field-rules.ts';

interface Handler {
  exec?: ExecAction;
  httpGet?: HTTPGetAction;
  tcpSocket?: TCPSocketAction;
  grpc?: GRPCAction;
  sleep?: SleepAction;
}

function httpGetErrors(at: FieldPath, http: HTTPGetAction): FieldError[] {
  return [
    ...requiredText(at.child('path'), http.path),
    ...portNumberOrName(at.child('port'), http.port),
    ...oneOf(at.child('scheme'), http.scheme, ['HTTP', 'HTTPS']),
    ...(http.httpHeaders ?? []).flatMap((h) =>
      complaints(at.child('httpHeaders'), h.name ?? '', httpHeaderName(h.name ?? '')),
    ),
  ];
}

function sleepErrors(at: FieldPath, sleep: SleepAction, grace: number | undefined): FieldError[] {
  const seconds = sleep.seconds ?? 0;
  if (grace === undefined || (seconds >= 0 && seconds <= grace)) return [];
  return [invalid(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)];
}

/** Exactly one way to act. The order of the checks is that of upstream's messages. */
function validateHandler(at: FieldPath, handler: Handler, grace: number | undefined): FieldError[] {
  const checks: [string, (() => FieldError[]) | undefined][] = [
    ['exec', handler.exec && (() => (handler.exec?.command?.length ? [] : [required(at.child('exec', 'command'))]))],
    [
      'httpGet',
      handler.httpGet && (() => (handler.httpGet ? httpGetErrors(at.child('httpGet'), handler.httpGet) : [])),
    ],
    [
      'tcpSocket',
      handler.tcpSocket && (() => portNumberOrName(at.child('tcpSocket', 'port'), handler.tcpSocket?.port)),
    ],
    ['grpc', handler.grpc && (() => portNumberOrName(at.child('grpc', 'port'), handler.grpc?.port))],
    ['sleep', handler.sleep && (() => (handler.sleep ? sleepErrors(at.child('sleep'), handler.sleep, grace) : []))],
  ];
  const errors: FieldError[] = [];
  let count = 0;
  for (const [name, check] of checks) {
    if (!check) continue;
    errors.push(...(count++ ? [forbidden(at.child(name), 'may not specify more than 1 handler type')] : check()));
  }
  return count ? errors : [required(at, 'must specify a handler type')];
}

function validateProbe(at: FieldPath, probe: Probe, grace: number | undefined): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc } = probe;
  const errors = validateHandler(at, { exec, httpGet, tcpSocket, grpc }, grace);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    errors.push(...nonNegative(at.child(name), probe[name]));
  }
  const own = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0)
    errors.push(invalid(at.child('terminationGracePeriodSeconds'), own, 'must be greater than 0'));
  return errors;
}

const succeedsOnce = (at: FieldPath, probe: Probe): FieldError[] =>
  probe.successThreshold === 1 ? [] : [invalid(at.child('successThreshold'), probe.successThreshold ?? 0, 'must be 1')];

/** The three probes of a container, each optional. `grace` is the pod's termination grace period. */
export function validateProbes(at: FieldPath, container: Container, grace: number | undefined): FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  const errors: FieldError[] = [];
  if (livenessProbe) {
    const here = at.child('livenessProbe');
    errors.push(...validateProbe(here, livenessProbe, grace), ...succeedsOnce(here, livenessProbe));
  }
  if (readinessProbe) {
    const here = at.child('readinessProbe');
    errors.push(...validateProbe(here, readinessProbe, grace));
    const own = readinessProbe.terminationGracePeriodSeconds;
    if (own !== undefined) {
      errors.push(invalid(here.child('terminationGracePeriodSeconds'), own, 'must not be set for readinessProbes'));
    }
  }
  if (startupProbe) {
    const here = at.child('startupProbe');
    errors.push(...validateProbe(here, startupProbe, grace), ...succeedsOnce(here, startupProbe));
  }
  return errors;
}

export function validateLifecycle(at: FieldPath, lifecycle: Lifecycle, grace: number | undefined): FieldError[] {
  const errors: FieldError[] = [];
  if (lifecycle.postStart) errors.push(...validateHandler(at.child('postStart'), lifecycle.postStart, grace));
  if (lifecycle.preStop) errors.push(...validateHandler(at.child('preStop'), lifecycle.preStop, grace));
  return errors;
}
