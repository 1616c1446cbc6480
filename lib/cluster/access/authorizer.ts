import type { FieldTerm } from '../machinery/field-selector.ts';
import type { UserInfo } from '../machinery/user.ts';

/** What is asked of an authorizer (upstream: authorizer.Attributes). */
export interface Attributes {
  user: UserInfo;
  verb: string;
  /** A resource request … */
  group?: string;
  version?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** What a list or watch selects. */
  fieldSelector?: readonly FieldTerm[];
  /** … or a path such as `/healthz`. */
  path?: string;
}

export interface Decision {
  allowed: boolean;
  /** Why, as SubjectAccessReview shows it; '' when there is nothing to say. */
  reason: string;
}

export interface Authorizer {
  authorize(attributes: Attributes): Decision;
}
