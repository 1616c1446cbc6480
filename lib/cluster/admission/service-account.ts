import { nameSuffix } from '../../kit/random.ts';
import { isNotFound } from '../machinery/status-error.ts';
import { serviceaccounts } from '../schema/generated/resources.ts';
import type { Container, Pod, ServiceAccount, Volume } from '../schema/generated/types.ts';
import { createsPod, refuse, type AdmissionPlugin } from './plugin.ts';

export const TOKEN_MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and a little more, so that the kubelet renews before the hour (upstream's WarnOnlyBoundTokenExpirationSeconds). */
const TOKEN_SECONDS = 3607;
const MIRROR = 'kubernetes.io/config.mirror';

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
        {
          downwardAPI: {
            items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }],
          },
        },
      ],
    },
  };
}

function mountToken(pod: Pod, volumeName: string): void {
  const existing = pod.spec.volumes?.find((v) => v.name.startsWith('kube-api-access-'))?.name;
  const name = existing ?? volumeName;
  let needed = false;
  const mount = (container: Container) => {
    if (container.volumeMounts?.some((m) => m.mountPath === TOKEN_MOUNT)) return;
    (container.volumeMounts ??= []).push({ mountPath: TOKEN_MOUNT, name, readOnly: true });
    needed = true;
  };
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) mount(container);
  if (needed && !existing) (pod.spec.volumes ??= []).push(tokenVolume(name));
}

const automounts = (account: ServiceAccount, pod: Pod) =>
  pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;

/** Gives each pod a service account, its pull secrets and a token volume. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  enabledByDefault: true,
  async admit(request, { client, random }) {
    if (!createsPod(request)) return;
    const pod = request.object;
    const { namespace } = request;
    if (pod.metadata.annotations?.[MIRROR]) return;
    const account = pod.spec.serviceAccountName || pod.spec.serviceAccount || 'default';
    pod.spec.serviceAccountName = account;
    pod.spec.serviceAccount = account;
    let found: ServiceAccount;
    try {
      found = await client.get(serviceaccounts, namespace, account);
    } catch (err) {
      if (!isNotFound(err)) throw err;
      throw refuse(
        request,
        `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
      );
    }
    if (automounts(found, pod)) mountToken(pod, `kube-api-access-${nameSuffix(random)}`);
    if (!pod.spec.imagePullSecrets?.length && found.imagePullSecrets?.length)
      pod.spec.imagePullSecrets = found.imagePullSecrets.map((s) => ({ ...s }));
  },
};
