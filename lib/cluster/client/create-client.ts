import type { ApiRequest, PatchType } from '../machinery/api-request.ts';
import type { JsonObject, KubeList, KubeObject } from '../machinery/object.ts';
import { apiVersionOf, type Resource } from '../machinery/resource.ts';
import type { Client, DeleteOptions, ListQuery, WriteOptions } from './client.ts';
import type { Transport } from './transport.ts';

function target(resource: Resource, namespace: string | undefined, name?: string) {
  return {
    group: resource.group,
    version: resource.version,
    resource: resource.resource,
    ...(resource.namespaced && namespace ? { namespace } : {}),
    ...(name === undefined ? {} : { name }),
  };
}

function listOptions({ labelSelector, fieldSelector, resourceVersion }: ListQuery): ApiRequest['options'] {
  return {
    ...(labelSelector ? { labelSelector } : {}),
    ...(fieldSelector ? { fieldSelector } : {}),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** A typed client over a transport. `fieldManager` is who managedFields say it was, unless a call names another. */
export function createClient(transport: Transport, fieldManager?: string): Client {
  const call = async <A>(request: ApiRequest): Promise<A> => (await transport.call(request)).object as A;
  const typed = (resource: Resource, object: KubeObject) => ({
    ...object,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
  });
  const writing = (options: WriteOptions): Pick<ApiRequest, 'subresource' | 'options'> => ({
    ...(options.subresource ? { subresource: options.subresource } : {}),
    options: {
      ...((options.fieldManager ?? fieldManager) ? { fieldManager: options.fieldManager ?? fieldManager } : {}),
      ...(options.dryRun ? { dryRun: ['All'] } : {}),
    },
  });
  const update = <T extends KubeObject>(resource: Resource<T>, object: T, options: WriteOptions) =>
    call<T>({
      verb: 'update',
      ...target(resource, object.metadata.namespace, object.metadata.name),
      ...writing(options),
      body: typed(resource, object),
    });
  return {
    get: <T extends KubeObject>(resource: Resource<T>, namespace: string, name: string, subresource?: string) =>
      call<T>({ verb: 'get', ...target(resource, namespace, name), ...(subresource ? { subresource } : {}) }),
    list: <T extends KubeObject>(resource: Resource<T>, query: ListQuery = {}) =>
      call<KubeList<T>>({ verb: 'list', ...target(resource, query.namespace), options: listOptions(query) }),
    create: <T extends KubeObject>(resource: Resource<T>, object: T, options: WriteOptions = {}) =>
      call<T>({
        verb: 'create',
        ...target(resource, object.metadata.namespace),
        ...writing(options),
        body: typed(resource, object),
      }),
    update: (resource, object, options = {}) => update(resource, object, options),
    updateStatus: (resource, object) => update(resource, object, { subresource: 'status' }),
    patch: <T extends KubeObject>(
      resource: Resource<T>,
      namespace: string,
      name: string,
      patchType: PatchType,
      patch: unknown,
      options: WriteOptions & { force?: boolean } = {},
    ) => {
      const write = writing(options);
      return call<T>({
        verb: 'patch',
        ...target(resource, namespace, name),
        ...write,
        patchType,
        body: patch,
        options: { ...write.options, ...(options.force ? { force: true } : {}) },
      });
    },
    async delete(resource: Resource, namespace: string, name: string, options: DeleteOptions = {}) {
      await call({ verb: 'delete', ...target(resource, namespace, name), options: { ...options } });
    },
    async deleteCollection(resource: Resource, query: ListQuery, options: DeleteOptions = {}) {
      await call({
        verb: 'deletecollection',
        ...target(resource, query.namespace),
        options: { ...listOptions(query), ...options },
      });
    },
    createSubresource: <A extends KubeObject>(
      resource: Resource,
      namespace: string,
      name: string,
      subresource: string,
      body: KubeObject & JsonObject,
    ) => call<A>({ verb: 'create', ...target(resource, namespace, name), subresource, body }),
    watch: (resource, query, onEvent, onEnd) =>
      transport.watch(
        {
          verb: 'watch',
          ...target(resource, query.namespace),
          options: {
            ...listOptions(query),
            ...(query.allowWatchBookmarks ? { allowWatchBookmarks: true } : {}),
          },
        },
        (event) => onEvent(event as Parameters<typeof onEvent>[0]),
        onEnd,
      ),
  };
}
