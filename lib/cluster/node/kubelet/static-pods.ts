import { createHash } from 'node:crypto';
import { parseAllDocuments } from 'yaml';
import { deepClone } from '../../../kit/deep.ts';
import { Recent } from '../../../kit/recent.ts';
import { isJsonObject } from '../../machinery/object.ts';
import type { Pod, PodSpec } from '../../schema/generated/types.ts';
import type { Disk } from '../machine.ts';

export const HASH = 'kubernetes.io/config.hash';
export const MIRROR = 'kubernetes.io/config.mirror';
export const SEEN = 'kubernetes.io/config.seen';
export const SOURCE = 'kubernetes.io/config.source';

/** A pod of the manifests directory, as the kubelet runs it: its uid is its hash. */
export interface StaticPod {
  file: string;
  pod: Pod;
  hash: string;
}

/** Reads every manifest; what cannot be read is told through `complain` and left out. */
export function readStaticPods(
  disk: Disk,
  dir: string,
  node: string,
  seen: string,
  complain: (line: string) => void,
): StaticPod[] {
  const found: StaticPod[] = [];
  for (const name of disk.list(dir)) {
    if (name.startsWith('.')) continue;
    const path = `${dir}/${name}`;
    if (disk.fs.isDirectory(path)) continue;
    const text = disk.read(path);
    if (text === undefined || text.trim() === '') continue;
    const pod = parseManifest(text);
    if (typeof pod === 'string') {
      complain(
        `E file.go:187] "Could not process manifest file" err="${path}: couldn't parse as pod(${pod}), please check config file" path="${path}"`,
      );
      continue;
    }
    const hash = createHash('md5')
      .update(`${path}\n${node}\n${JSON.stringify(pod)}`)
      .digest('hex');
    found.push({ file: path, hash, pod: complete(pod, node, hash, seen) });
  }
  return found;
}

/** Manifests of many clusters are the same texts. */
const parsed = new Recent<Pod | string>(32);

/** The pod of a manifest, which must not be changed, or what is wrong with it. */
const parseManifest = (text: string): Pod | string => parsed.of(text, () => readManifest(text));

function readManifest(text: string): Pod | string {
  try {
    const [document] = parseAllDocuments(text);
    if (!document) return 'empty';
    if (document.errors[0]) return `yaml: ${document.errors[0].message.split('\n')[0]}`;
    const object: unknown = document.toJS();
    if (!isJsonObject(object)) return "Object 'Kind' is missing";
    if (typeof object.kind !== 'string') return "Object 'Kind' is missing";
    if (object.kind !== 'Pod') return `no kind "${object.kind}" is registered for the internal version of group ""`;
    const { metadata, spec } = object;
    if (!isJsonObject(metadata) || typeof metadata.name !== 'string') return 'metadata.name: Required value';
    if (!isJsonObject(spec) || !Array.isArray(spec.containers) || spec.containers.length === 0)
      return 'spec.containers: Required value';
    return object as unknown as Pod;
  } catch (err) {
    return err instanceof Error ? (err.message.split('\n')[0] ?? '') : String(err);
  }
}

/** What the kubelet adds to a manifest's pod, defaults that it lives by included. */
function complete(source: Pod, node: string, hash: string, seen: string): Pod {
  const pod = deepClone(source);
  const { metadata, spec } = pod;
  pod.metadata = {
    ...metadata,
    name: `${metadata.name}-${node}`.toLowerCase(),
    namespace: metadata.namespace ?? 'default',
    uid: hash,
    annotations: { ...metadata.annotations, [HASH]: hash, [SEEN]: seen, [SOURCE]: 'file' },
  };
  pod.spec = {
    ...withDefaults(spec),
    nodeName: node,
    tolerations: spec.tolerations?.length ? spec.tolerations : [{ effect: 'NoExecute', operator: 'Exists' }],
  };
  return pod;
}

function withDefaults(spec: PodSpec): PodSpec {
  const container = <T extends PodSpec['containers'][number]>(c: T): T => ({
    ...c,
    imagePullPolicy: c.imagePullPolicy ?? (/(:latest|^[^:]+)$/.test(c.image ?? '') ? 'Always' : 'IfNotPresent'),
    terminationMessagePath: c.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: c.terminationMessagePolicy ?? 'File',
  });
  return {
    ...spec,
    containers: spec.containers.map(container),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(container) } : {}),
    restartPolicy: spec.restartPolicy ?? 'Always',
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    securityContext: spec.securityContext ?? {},
  };
}

/** The object that stands for a static pod in the API. */
export function mirrorOf(pod: Pod, hash: string, nodeUid: string): Pod {
  const mirror = deepClone(pod);
  const { uid: _, ...metadata } = mirror.metadata;
  return {
    ...mirror,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [MIRROR]: hash },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Node', name: pod.spec.nodeName ?? '', uid: nodeUid, controller: true },
      ],
    },
  };
}

/** Whether an API object may be the mirror that an earlier kubelet made of this manifest: the same programs. */
export function looksLikeMirror(mirror: Pod, pod: Pod): boolean {
  const shape = (p: Pod) =>
    JSON.stringify(p.spec.containers.map((c) => [c.name, c.image, c.command ?? [], c.args ?? []]));
  return mirror.metadata.annotations?.[MIRROR] !== undefined && shape(mirror) === shape(pod);
}
