import { expect, test } from 'vitest';
import type { PodSpec } from '../../schema/generated/types.ts';
import { examined } from './check.ts';
import { policyOf, showDetails, showReasons, violations, type Level } from './policy.ts';

const LATEST = Infinity;
const check = (level: Level, spec: Partial<PodSpec>, minor = LATEST) =>
  violations({ level, minor }, examined(undefined, { containers: [{ name: 'one' }], ...spec }));

test('everything that a plain pod lacks for the level restricted, in upstream’s order', () => {
  expect(showDetails(check('restricted', {}))).toBe(
    'allowPrivilegeEscalation != false (container "one" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (container "one" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or container "one" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or container "one" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  );
});

test('a restricted check stands in for the baseline’s of the same matter', () => {
  const volumes = [{ name: 'host', hostPath: { path: '/srv' } }];
  expect(showReasons(check('baseline', { volumes }))).toBe('hostPath volumes');
  expect(showReasons(check('restricted', { volumes }))).not.toContain('hostPath volumes');
  expect(showReasons(check('restricted', { volumes }))).toContain('restricted volume types');
});

test('older versions of a level know fewer rules', () => {
  const containers = [{ name: 'one', livenessProbe: { httpGet: { host: '10.0.0.1', port: 80 } } }];
  expect(showDetails(check('baseline', { containers }))).toBe(
    'probe or lifecycle host (container "one" uses probe or lifecycle host "10.0.0.1")',
  );
  expect(check('baseline', { containers }, 33)).toEqual([]);
  const sysctls = { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } };
  expect(check('baseline', sysctls)).toEqual([]);
  expect(showDetails(check('baseline', sysctls, 31))).toBe('forbidden sysctls (net.ipv4.tcp_rmem)');
});

test('labels make a policy: warnings follow what is enforced, what cannot be read fails closed', () => {
  const label = (mode: string) => `pod-security.kubernetes.io/${mode}`;
  expect(policyOf({ [label('enforce')]: 'baseline', [label('enforce-version')]: 'v1.30' }).policy).toEqual({
    enforce: { level: 'baseline', minor: 30 },
    audit: { level: 'privileged', minor: LATEST },
    warn: { level: 'baseline', minor: 30 },
  });
  const { policy, errors } = policyOf({ [label('enforce')]: 'strict', [label('warn-version')]: '1.30' });
  expect(policy.enforce.level).toBe('restricted');
  expect(policy.warn.level).toBe('privileged');
  expect(errors.map((e) => e.message)).toEqual([
    'Invalid value: "strict": must be one of privileged, baseline, restricted',
    'Invalid value: "1.30": must be "latest" or "v1.x"',
  ]);
});
