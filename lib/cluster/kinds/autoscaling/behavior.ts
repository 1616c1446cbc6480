import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type {
  HorizontalPodAutoscalerBehavior,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../schema/generated/types.ts';
import { nonNegativeQuantity } from '../shared/field-rules.ts';

const MAX_PERIOD = 1800;
const MAX_WINDOW = 3600;
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

/** Completes what the user began: without any behaviour the controller has its own. */
export function defaultBehavior(behavior: HorizontalPodAutoscalerBehavior): void {
  behavior.scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    ...behavior.scaleUp,
  };
  behavior.scaleDown = {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    ...behavior.scaleDown,
  };
}

function validatePolicy(
  { type = '', value = 0, periodSeconds = 0 }: Partial<HPAScalingPolicy>,
  at: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const period = at.child('periodSeconds');
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(at.child('type'), type, POLICY_TYPES));
  if (value <= 0) errors.push(invalid(at.child('value'), value, 'must be greater than zero'));
  if (periodSeconds <= 0) errors.push(invalid(period, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > MAX_PERIOD) {
    errors.push(invalid(period, periodSeconds, `must be less than or equal to ${MAX_PERIOD}`));
  }
  return errors;
}

function validateRules(rules: HPAScalingRules, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const here = at.child('stabilizationWindowSeconds');
  if (window !== undefined && window < 0) {
    errors.push(invalid(here, window, 'must be greater than or equal to zero'));
  }
  if (window !== undefined && window > MAX_WINDOW) {
    errors.push(invalid(here, window, `must be less than or equal to ${MAX_WINDOW}`));
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy)) {
    errors.push(notSupported(at.child('selectPolicy'), selectPolicy, SELECT_POLICIES));
  }
  const list = at.child('policies');
  if (!policies.length) errors.push(required(list, 'must specify at least one Policy'));
  errors.push(...policies.flatMap((policy, i) => validatePolicy(policy, list.index(i))));
  if (tolerance !== undefined) errors.push(...nonNegativeQuantity(at.child('tolerance'), tolerance));
  return errors;
}

export const validateBehavior = (behavior: HorizontalPodAutoscalerBehavior, at: FieldPath): FieldError[] => [
  ...(behavior.scaleUp ? validateRules(behavior.scaleUp, at.child('scaleUp')) : []),
  ...(behavior.scaleDown ? validateRules(behavior.scaleDown, at.child('scaleDown')) : []),
];
