import { isJsonObject, type JsonObject } from '../../../machinery/object.ts';
import type { HttpRequest, HttpResponse } from '../../../network/stack.ts';
import type { Process, Program } from '../../runtime/process.ts';
import { Flags, pairFrom, serve } from './subcommand.ts';

/** The request of a review, as far as these webhooks look at it. */
interface Request {
  uid: string;
  operation: string;
  name: string;
  subResource?: string;
  object: JsonObject | null;
  oldObject: JsonObject | null;
}

type Response = JsonObject & { allowed: boolean };
type Webhook = (request: Request, p: Process, flags: Flags) => Response | Promise<Response>;

const ALLOWED: Response = { allowed: true };
const DELAY_MS = 5_000;

const denied = (status: JsonObject): Response => ({ allowed: false, status: { metadata: {}, ...status } });

const patching = (patch: readonly JsonObject[]): Response => ({
  allowed: true,
  patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  patchType: 'JSONPatch',
});

/** A member of an object that is an object of texts. */
function texts(object: JsonObject | null | undefined, member: string): JsonObject {
  const value = object?.[member];
  return isJsonObject(value) ? value : {};
}

const labelsOf = (object: JsonObject | null) => texts(texts(object, 'metadata'), 'labels');

/** Refuses what has a certain entry in its data. */
const judgeData =
  (kind: string): Webhook =>
  ({ operation, object, oldObject }) => {
    const mark = texts(operation === 'DELETE' ? oldObject : object, 'data')['webhook-e2e-test'];
    if (mark === 'webhook-disallow' && operation !== 'DELETE')
      return denied({ reason: `the ${kind} contains unwanted ${kind === 'configmap' ? 'key and value' : 'data'}` });
    if (mark === 'webhook-nondeletable' && operation === 'DELETE')
      return denied({ reason: `the ${kind} cannot be deleted because it contains unwanted key and value` });
    return ALLOWED;
  };

/** Adds to the data in two stages. */
const mutateData: Webhook = ({ object }) => {
  const data = texts(object, 'data');
  const stage = data['mutation-stage-1'] === 'yes' ? 2 : data['mutation-start'] === 'yes' ? 1 : 0;
  return stage ? patching([{ op: 'add', path: `/data/mutation-stage-${stage}`, value: 'yes' }]) : ALLOWED;
};

const containersOf = (object: JsonObject | null, member: string) => {
  const list = texts(object, 'spec')[member];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
};

const judgePods: Webhook = async ({ object }, p) => {
  const mark = labelsOf(object)['webhook-e2e-test'];
  if (mark === 'wait-forever') await p.forever();
  const faults = [
    ...(mark === 'webhook-disallow' ? ['the pod contains unwanted label;'] : []),
    ...containersOf(object, 'containers').flatMap(({ name }) =>
      String(name).includes('webhook-disallow') ? ['the pod contains unwanted container name;'] : [],
    ),
  ];
  return faults.length ? denied({ message: faults.join(' ') }) : ALLOWED;
};

const addInitContainer: Webhook = ({ object }) => {
  const name = 'webhook-added-init-container';
  if (texts(object, 'metadata')['name'] !== 'webhook-to-be-mutated') return ALLOWED;
  if (containersOf(object, 'initContainers').some((c) => c['name'] === name)) return ALLOWED;
  return patching([
    { op: 'add', path: '/spec/initContainers', value: [{ image: 'webhook-added-image', name, resources: {} }] },
  ]);
};

const addSidecar: Webhook = ({ object }, _p, flags) => {
  const name = 'webhook-added-sidecar';
  const image = flags.text('sidecar-image');
  if (!image)
    return denied({ status: 'Failure', message: 'No image specified by the sidecar-image parameter', code: 500 });
  if (containersOf(object, 'containers').some((c) => c['name'] === name)) return ALLOWED;
  return patching([{ op: 'add', path: '/spec/containers/-', value: { image, name, resources: {} } }]);
};

const judgeAttaching: Webhook = ({ name, object }) =>
  name === 'to-be-attached-pod' && object?.['stdin'] === true && object['container'] === 'container1'
    ? denied({ message: "attaching to pod 'to-be-attached-pod' is not allowed" })
    : ALLOWED;

const addLabel: Webhook = ({ object }) => {
  const metadata = texts(object, 'metadata');
  if ('added-label' in texts(metadata, 'labels')) return ALLOWED;
  return patching([
    metadata['labels']
      ? { op: 'add', path: '/metadata/labels/added-label', value: 'yes' }
      : { op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } },
  ]);
};

const WEBHOOKS: Readonly<Record<string, Webhook>> = {
  '/add-label': addLabel,
  '/always-allow-delay-5s': async (_request, p) => {
    await p.sleep(DELAY_MS);
    return ALLOWED;
  },
  '/always-deny': () => denied({ message: 'this webhook denies all requests' }),
  '/configmaps': judgeData('configmap'),
  '/crd': ({ object }) =>
    labelsOf(object)['webhook-e2e-test'] === 'webhook-disallow'
      ? denied({ message: 'the crd contains unwanted label' })
      : ALLOWED,
  '/custom-resource': judgeData('custom resource'),
  '/mutating-configmaps': mutateData,
  '/mutating-custom-resource': mutateData,
  '/mutating-pods': addInitContainer,
  '/mutating-pods-sidecar': addSidecar,
  '/pods': judgePods,
  '/pods/attach': judgeAttaching,
};

/** `agnhost webhook`: admission webhooks, one a path, that refuse and change what Kubernetes' own tests send. */
export const webhook: Program = (p, args) => {
  const flags = new Flags(args, ['alsologtostderr', 'logtostderr']);
  const handler = async ({ target, body }: HttpRequest): Promise<HttpResponse> => {
    const [path = ''] = target.split('?');
    const judge = WEBHOOKS[path];
    if (path === '/readyz') return { status: 200, body: 'ok' };
    if (!judge) return { status: 404, body: '404 page not found\n' };
    const review = JSON.parse(Buffer.from(body).toString('utf8')) as { request: Request };
    const response = await judge(review.request, p, flags);
    const answer = { ...review, request: undefined, response: { uid: review.request.uid, ...response } };
    return { status: 200, body: JSON.stringify(answer), headers: { 'Content-Type': 'application/json' } };
  };
  const identity = pairFrom(p, flags.text('tls-cert-file'), flags.text('tls-private-key-file'));
  return serve(p, flags.number('port', 443), handler, identity) ? p.forever() : 1;
};
