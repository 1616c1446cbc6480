import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { deepEqual } from '../../../kit/deep.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { Resource } from '../../machinery/resource.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import { controllerrevisions } from '../../schema/generated/resources.ts';
import type { ControllerRevision, PodTemplateSpec } from '../../schema/generated/types.ts';
import { controlledBy, controllerReference } from './ownership.ts';
import { templateHash } from './template-hash.ts';

/** The label of pods that names their revision, and of a DaemonSet's revisions. */
export const REVISION_HASH = 'controller-revision-hash';
/** The same on a StatefulSet's revisions. */
export const STATEFUL_REVISION_HASH = 'controller.kubernetes.io/hash';

interface HistoryOptions {
  client: Client;
  /** Indexed by `indexByController`. */
  informer: Informer<ControllerRevision>;
  resource: Resource;
  owner: KubeObject;
  template: PodTemplateSpec;
  /** The label in which a revision keeps its hash. */
  hashLabel: string;
  collisionCount?: number;
}

export interface History {
  /** The revision of the present template. */
  update: ControllerRevision;
  /** All of the owner's, oldest first. */
  all: ControllerRevision[];
}

/** What a revision keeps of its owner: a patch that puts the template back. */
const dataOf = (template: PodTemplateSpec) => ({ spec: { template: { ...template, $patch: 'replace' } } });

export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  const data = revision.data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined;
  if (!data?.spec?.template) return undefined;
  const { $patch: _, ...template } = data.spec.template;
  return template;
}

export function revisionHash(revision: ControllerRevision): string {
  return revision.metadata.labels?.[REVISION_HASH] ?? '';
}

/** Keeps a ControllerRevision for each template that an owner has had; the present one has the highest number. */
export async function syncHistory(options: HistoryOptions): Promise<History> {
  const { client, informer, resource, owner, template, hashLabel } = options;
  const { namespace = '', name } = owner.metadata;
  const data = dataOf(template);
  const all = controlledBy(informer, owner).sort((a, b) => a.revision - b.revision);
  const next = (all.at(-1)?.revision ?? 0) + 1;
  const equal = all.filter((revision) => deepEqual(revision.data, data)).at(-1);
  if (equal && equal === all.at(-1)) return { update: equal, all };
  let update: ControllerRevision;
  if (equal) update = await client.update(controllerrevisions, { ...equal, revision: next });
  else {
    const hash = templateHash(template, options.collisionCount);
    const draft: ControllerRevision = {
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...template.metadata?.labels, [hashLabel]: hash },
        ...(owner.metadata.annotations ? { annotations: owner.metadata.annotations } : {}),
        ownerReferences: [controllerReference(resource, owner)],
      },
      data,
      revision: next,
    };
    try {
      update = await client.create(controllerrevisions, draft);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      update = await client.get(controllerrevisions, namespace, draft.metadata.name);
    }
  }
  return { update, all: [...all.filter((revision) => revision !== equal), update] };
}

/** Deletes the oldest revisions that no pod uses, beyond `limit`. */
export async function truncateHistory(
  client: Client,
  { all, update }: History,
  inUse: ReadonlySet<string>,
  limit: number,
): Promise<void> {
  const unused = all.filter((r) => r !== update && !inUse.has(revisionHash(r)) && !inUse.has(r.metadata.name));
  for (const { metadata } of unused.slice(0, Math.max(0, unused.length - limit))) {
    await client.delete(controllerrevisions, metadata.namespace ?? '', metadata.name).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}
