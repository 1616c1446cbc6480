import type { Resource } from '../../machinery/resource.ts';
import { isNotFound, internalError, invalidObject } from '../../machinery/status-error.ts';
import { controllerOf } from '../../machinery/object.ts';
import {
  cronjobs,
  daemonsets,
  deployments,
  jobs,
  namespaces,
  pods,
  podtemplates,
  replicasets,
  replicationcontrollers,
  statefulsets,
} from '../../schema/generated/resources.ts';
import type { Container, Pod, PodSpec, PodTemplateSpec } from '../../schema/generated/types.ts';
import { refuse, writes, type AdmissionContext, type AdmissionPlugin, type AdmissionRequest } from '../plugin.ts';
import { examined, type Examined } from './check.ts';
import { isStricter, policyOf, showDetails, showLevel, showReasons, violations, type LevelVersion } from './policy.ts';

/** Subresources of a pod that leave what it may do as it is. */
const HARMLESS = ['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status'];
/** So many pods of a namespace are looked at when its level rises. */
const PODS_CHECKED = 3000;

const TEMPLATED: readonly Resource[] = [
  replicationcontrollers,
  replicasets,
  deployments,
  daemonsets,
  statefulsets,
  jobs,
];

/** The pod template of a workload, if it is one. */
function templateOf(request: AdmissionRequest): Partial<PodTemplateSpec> | undefined {
  const both = ['CREATE', 'UPDATE'] as const;
  if (writes(request, podtemplates, ...both)) return request.object.template;
  if (writes(request, cronjobs, ...both)) return request.object.spec?.jobTemplate.spec?.template;
  const { object } = request;
  const { resource, subresource } = request;
  const isTemplated = TEMPLATED.some((r) => r.group === resource.group && r.resource === resource.resource);
  if (!object || subresource || !isTemplated) return undefined;
  return (object.spec as { template?: PodTemplateSpec } | undefined)?.template;
}

const images = (containers: readonly Container[] | undefined) => (containers ?? []).map((c) => c.image).join('\n');

/** Whether an update changes what is checked: an image, or a container more. */
function isSignificant(spec: PodSpec, old: PodSpec): boolean {
  const before = new Map(old.ephemeralContainers?.map((c) => [c.name, c.image]));
  return (
    spec.containers.length !== old.containers.length ||
    spec.initContainers?.length !== old.initContainers?.length ||
    images(spec.containers) !== images(old.containers) ||
    images(spec.initContainers) !== images(old.initContainers) ||
    (spec.ephemeralContainers ?? []).some((c) => !before.has(c.name) || before.get(c.name) !== c.image)
  );
}

async function policyIn(request: AdmissionRequest, { client }: AdmissionContext) {
  try {
    return policyOf((await client.get(namespaces, '', request.namespace)).metadata.labels).policy;
  } catch (err) {
    if (isNotFound(err)) throw internalError(`failed to lookup namespace "${request.namespace}"`);
    throw err;
  }
}

function warnOf(request: AdmissionRequest, level: LevelVersion, pod: Examined): void {
  const found = violations(level, pod);
  if (found.length) request.warn(`would violate PodSecurity "${showLevel(level)}": ${showDetails(found)}`);
}

async function checkPod(request: AdmissionRequest, context: AdmissionContext): Promise<void> {
  const pod = request.object as unknown as Pod;
  const policy = await policyIn(request, context);
  if (request.operation === 'UPDATE') {
    const old = request.oldObject as unknown as Pod;
    if (!isSignificant(pod.spec, old.spec)) return;
  }
  const seen = examined(pod.metadata, pod.spec);
  const found = violations(policy.enforce, seen);
  if (found.length) throw refuse(request, `violates PodSecurity "${showLevel(policy.enforce)}": ${showDetails(found)}`);
  warnOf(request, policy.warn, seen);
}

/** One pod of each controller before the rest, as its pods are alike. */
function byPriority(all: readonly Pod[]): Pod[] {
  const controllers = new Set<string>();
  const first = all.filter((pod) => {
    const uid = controllerOf(pod)?.uid;
    if (uid === undefined) return true;
    const isNew = !controllers.has(uid);
    controllers.add(uid);
    return isNew;
  });
  return [...first, ...all.filter((pod) => !first.includes(pod))];
}

/** What a namespace's pods would be refused for: `web-1 (and 2 other pods): host namespaces`. */
async function warnOfPods(request: AdmissionRequest, level: LevelVersion, { client }: AdmissionContext): Promise<void> {
  const all = byPriority((await client.list(pods, { namespace: request.name })).items);
  if (all.length > PODS_CHECKED) {
    request.warn(
      `new PodSecurity enforce level only checked against the first ${PODS_CHECKED} of ${all.length} existing pods`,
    );
  }
  const names = new Map<string, string[]>();
  for (const pod of all.slice(0, PODS_CHECKED)) {
    const why = showReasons(violations(level, examined(pod.metadata, pod.spec)));
    if (why) names.set(why, [...(names.get(why) ?? []), pod.metadata.name]);
  }
  if (!names.size) return;
  request.warn(
    `existing pods in namespace "${request.name}" violate the new PodSecurity enforce level "${showLevel(level)}"`,
  );
  const lines = [...names].map(([why, who]) => {
    const others = who.length - 1;
    const more = others ? ` (and ${others} other pod${others === 1 ? '' : 's'})` : '';
    return `${[...who].sort()[0] ?? ''}${more}: ${why}`;
  });
  for (const line of lines.sort()) request.warn(line);
}

async function checkNamespace(request: AdmissionRequest, context: AdmissionContext): Promise<void> {
  const { policy, errors } = policyOf(request.object?.metadata.labels);
  const old = policyOf(request.oldObject?.metadata.labels);
  if (errors.length && JSON.stringify(errors) !== JSON.stringify(old.errors)) {
    throw invalidObject({ group: '', kind: 'Namespace' }, request.name, errors);
  }
  if (request.operation !== 'UPDATE') return;
  const [now, before] = [policy.enforce, old.policy.enforce];
  if (now.level === 'privileged') return;
  if (now.minor === before.minor && !isStricter(now.level, before.level)) return;
  await warnOfPods(request, now, context);
}

/** The Pod Security Standards, by the labels of a pod's namespace. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  enabledByDefault: true,
  async validate(request, context) {
    const { operation, resource, subresource } = request;
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    if (writes(request, namespaces, 'CREATE', 'UPDATE')) return checkNamespace(request, context);
    if (resource.group === '' && resource.resource === 'pods') {
      if (!HARMLESS.includes(subresource)) await checkPod(request, context);
      return;
    }
    const template = templateOf(request);
    if (!template?.spec) return;
    const policy = await policyIn(request, context);
    warnOf(request, policy.warn, examined(template.metadata, template.spec));
  },
};
