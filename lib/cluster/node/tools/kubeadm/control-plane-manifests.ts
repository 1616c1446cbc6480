import type { Disk } from '../../machine.ts';
import type { ToolContext } from '../node-tool.ts';

const MANIFESTS = '/etc/kubernetes/manifests';

/** The components whose version is the cluster's, in the order in which they are upgraded. */
export const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

export const manifestPath = (component: string): string => `${MANIFESTS}/${component}.yaml`;

/** The version that a component's manifest asks for: `v1.36.3`, etcd's `3.6.8-0`; undefined without a manifest. */
export function manifestVersion(disk: Disk, component: string): string | undefined {
  const text = disk.read(manifestPath(component)) ?? '';
  return new RegExp(`^\\s*image: \\S+/${component}:(\\S+)$`, 'm').exec(text)?.[1];
}

/** The same manifest with another version of its component. */
export function withVersion(manifest: string, component: string, version: string): string {
  return manifest.replace(new RegExp(`^(\\s*image: \\S+/${component}:)\\S+$`, 'm'), `$1${version}`);
}

const EVERY = 500;

/** Waits until the kubelet runs a component in this version; false when it does not within `limit` milliseconds. */
export async function whenRuns(
  { units, clock }: ToolContext,
  component: string,
  version: string,
  limit: number,
): Promise<boolean> {
  const end = clock.now() + limit;
  while (clock.now() < end) {
    const workers = [...(units.kubelet?.workers.values() ?? [])];
    const record = workers
      .filter((w) => w.pod.metadata.namespace === 'kube-system')
      .map((w) => w.record(component))
      .find((r) => r?.state === 'running');
    if (record?.image?.endsWith(`/${component}:${version}`) && record.ready) return true;
    await new Promise<void>((done) => clock.after(EVERY, done));
  }
  return false;
}
