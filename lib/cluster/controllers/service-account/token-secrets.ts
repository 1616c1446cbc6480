import { startReconciler } from '../../client/reconciler.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import { secrets, serviceaccounts } from '../../schema/generated/resources.ts';
import type { Secret, ServiceAccount } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext, SignToken } from '../controller.ts';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const accountOf = ({ metadata }: Secret) => metadata.annotations?.[NAME] ?? '';

/** Puts tokens into the Secrets that ask for one, and deletes those whose account is gone (upstream: tokens_controller.go). */
export const tokenSecrets: Controller = {
  name: 'serviceaccount-token-controller',
  start(context) {
    return context.signToken ? startTokenSecrets(context, context.signToken) : { stop: () => undefined };
  },
};

function startTokenSecrets({ client, informers, files, ...context }: ControllerContext, sign: SignToken) {
  const accounts = informers.informer(serviceaccounts);
  const holders = informers.informer(secrets);
  const reconciler = startReconciler({
    ...context,
    informers: [accounts, holders],
    async reconcile(key) {
      const [namespace = '', name = ''] = key.split('/');
      const secret = holders.get(namespace, name);
      if (secret?.type !== TYPE || secret.metadata.deletionTimestamp) return;
      const account = accounts.get(namespace, accountOf(secret));
      const uid = secret.metadata.annotations?.[UID];
      if (!account || (uid && uid !== account.metadata.uid)) return remove(secret);
      const filled = fill(secret, account);
      if (filled) await client.update(secrets, filled);
    },
  });

  /** The Secret with all that belongs into it; undefined when it has that. */
  function fill(secret: Secret, { metadata }: ServiceAccount): Secret | undefined {
    const { name, namespace = '' } = secret.metadata;
    const [uid = '', rootCa] = [metadata.uid, files.rootCa];
    const data = {
      ...secret.data,
      namespace: base64(namespace),
      ...(rootCa === undefined ? {} : { 'ca.crt': base64(rootCa) }),
      token:
        secret.data?.token || base64(sign({ namespace, serviceAccount: { name: metadata.name, uid }, secret: name })),
    };
    const annotations = { ...secret.metadata.annotations, [UID]: uid };
    const same =
      secret.metadata.annotations?.[UID] === uid &&
      Object.entries(data).every(([key, value]) => secret.data?.[key] === value);
    return same ? undefined : { ...secret, metadata: { ...secret.metadata, annotations }, data };
  }

  async function remove({ metadata }: Secret): Promise<void> {
    try {
      const preconditions = metadata.uid === undefined ? {} : { uid: metadata.uid };
      await client.delete(secrets, metadata.namespace ?? '', metadata.name, { preconditions });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  const enqueue = ({ metadata, type }: Secret) => {
    if (type === TYPE) reconciler.queue.add(`${metadata.namespace ?? ''}/${metadata.name}`);
  };
  const enqueueOf = ({ metadata }: ServiceAccount) => {
    for (const secret of holders.list(metadata.namespace)) if (accountOf(secret) === metadata.name) enqueue(secret);
  };
  reconciler.own(
    holders.onEvent({ add: enqueue, update: enqueue }),
    accounts.onEvent({ add: enqueueOf, update: enqueueOf, delete: enqueueOf }),
  );
  return reconciler;
}
