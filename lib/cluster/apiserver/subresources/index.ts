import type { ApiRequest, ApiResult } from '../../machinery/api-request.ts';
import type { Call } from '../core.ts';
import { approval } from './approval.ts';
import { binding } from './binding.ts';
import { componentStatuses } from './component-statuses.ts';
import { eviction } from './eviction.ts';
import { nodeMetrics, podMetrics } from './metrics.ts';
import { namespaceFinalize } from './namespace-finalize.ts';
import { ephemeralContainers, resize } from './pod-parts.ts';
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  tokenReview,
} from './reviews.ts';
import { scale } from './scale.ts';
import { serviceAccountToken } from './service-account-token.ts';

/** Carries out all verbs of a subresource, or of a resource whose objects are not stored. */
export type SubresourceHandler = (call: Call, request: ApiRequest) => ApiResult | Promise<ApiResult>;

/** By resource and subresource; `*` stands for any resource. */
const HANDLERS: Readonly<Record<string, SubresourceHandler>> = {
  '*/scale': scale,
  bindings: binding,
  'pods/binding': binding,
  'pods/ephemeralcontainers': ephemeralContainers,
  'pods/eviction': eviction,
  'pods/resize': resize,
  'namespaces/finalize': namespaceFinalize,
  'serviceaccounts/token': (call) => serviceAccountToken(call, call.core.tokens),
  'certificatesigningrequests.certificates.k8s.io/approval': approval,
  componentstatuses: componentStatuses,
  'localsubjectaccessreviews.authorization.k8s.io': localSubjectAccessReview,
  'selfsubjectaccessreviews.authorization.k8s.io': selfSubjectAccessReview,
  'selfsubjectreviews.authentication.k8s.io': selfSubjectReview,
  'selfsubjectrulesreviews.authorization.k8s.io': (call) => selfSubjectRulesReview(call, call.core.rules),
  'subjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'tokenreviews.authentication.k8s.io': (call) => tokenReview(call, call.core.authenticator, call.core.tokens),
  'nodes.metrics.k8s.io': (call, request) => nodeMetrics(call, request, call.core.kubelets),
  'pods.metrics.k8s.io': (call, request) => podMetrics(call, request, call.core.kubelets),
};

/** The handler of what is no plain object, or undefined for what the common handlers serve. */
export function subresourceHandler(call: Call): SubresourceHandler | undefined {
  const { group, resource } = call.served.resource;
  const what = group ? `${resource}.${group}` : resource;
  if (!call.subresource) return HANDLERS[what];
  return HANDLERS[`${what}/${call.subresource}`] ?? HANDLERS[`*/${call.subresource}`];
}
