import { forbidden, notSupported, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { domainPrefixedPath } from '../../machinery/names-of-domains.ts';
import { ingressclasses } from '../../schema/generated/resources.ts';
import type { IngressClass, IngressClassParametersReference } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { immutable, labelName } from '../shared/field-rules.ts';
import { validateTypedReference } from './typed-reference.ts';

const SPEC = FieldPath.of('spec');
const MAX_CONTROLLER = 250;
const SCOPES = ['Cluster', 'Namespace'];
const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

function validateParameters(parameters: IngressClassParametersReference, at: FieldPath): FieldError[] {
  const errors = validateTypedReference(parameters, at, () => '');
  const { scope, namespace } = parameters;
  const here = at.child('namespace');
  if (scope === undefined) errors.push(required(at.child('scope')));
  else if (!SCOPES.includes(scope)) errors.push(notSupported(at.child('scope'), scope, SCOPES));
  else if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(here, "`parameters.scope` is set to 'Namespace'"));
    else errors.push(...labelName(here, namespace));
  } else if (namespace !== undefined) errors.push(forbidden(here, "`parameters.scope` is set to 'Cluster'"));
  return errors;
}

function validate({ spec }: IngressClass): FieldError[] {
  const at = SPEC.child('controller');
  const { controller = '', parameters } = spec;
  return [
    ...(controller.length > MAX_CONTROLLER ? [tooLong(at, MAX_CONTROLLER)] : []),
    ...domainPrefixedPath(at, controller),
    ...(parameters ? validateParameters(parameters, SPEC.child('parameters')) : []),
  ];
}

function parametersText({ spec: { parameters } }: IngressClass): string {
  if (!parameters) return '<none>';
  const { apiGroup, kind, name } = parameters;
  return `${apiGroup ? `${kind}.${apiGroup}` : kind}/${name}`;
}

export const ingressClass = defineKind<IngressClass>({
  resource: ingressclasses,
  generation: true,
  defaults(draft) {
    draft.spec ??= {};
    if (draft.spec.parameters) draft.spec.parameters.scope ??= 'Cluster';
  },
  validate,
  validateUpdate: (object, old) => [
    ...immutable(SPEC.child('controller'), object.spec.controller ?? '', old.spec.controller),
    ...validate(object),
  ],
  columns: [
    {
      ...name<IngressClass>(),
      cell: ({ metadata }) =>
        metadata.annotations?.[DEFAULT_ANNOTATION] === 'true' ? `${metadata.name} (default)` : metadata.name,
    },
    column('Controller', 'string', 'The controller that handles the class.', ({ spec }) => spec.controller ?? ''),
    column('Parameters', 'string', 'Where more of its configuration stands.', parametersText),
    age(),
  ],
});
