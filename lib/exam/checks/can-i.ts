import { z } from 'zod';
import { defineCheck, failed, passed } from './check.ts';

/** `get pods`, `create deployments.apps`, `get pods/log`. */
const access = z.string().regex(/^\S+ [^\s/]+(\/\S+)?$/, 'must be "VERB RESOURCE[.GROUP][/SUBRESOURCE]"');

function attributes(text: string, namespace: string | undefined): Record<string, string> {
  const [verb = '', what = ''] = text.split(' ');
  const [resourceAndGroup = '', subresource] = what.split('/');
  const dot = resourceAndGroup.indexOf('.');
  const [resource, group] =
    dot < 0 ? [resourceAndGroup, ''] : [resourceAndGroup.slice(0, dot), resourceAndGroup.slice(dot + 1)];
  return { verb, resource, group, ...(subresource ? { subresource } : {}), ...(namespace ? { namespace } : {}) };
}

/** What a user or service account may and may not do; all of it must hold. Without `namespace`: in all namespaces. */
export const canI = defineCheck({
  verb: 'canI',
  spec: z.strictObject({
    as: z.string().min(1),
    groups: z.array(z.string()).default([]),
    namespace: z.string().optional(),
    allowed: z.array(access).default([]),
    denied: z.array(access).default([]),
  }),
  async run(spec, cluster) {
    const wrong: { text: string; allowed: boolean }[] = [];
    const questions = [
      ...spec.allowed.map((text) => ({ text, wanted: true })),
      ...spec.denied.map((text) => ({ text, wanted: false })),
    ];
    for (const { text, wanted } of questions) {
      const answer = await cluster.ask({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: spec.as, groups: spec.groups, resourceAttributes: attributes(text, spec.namespace) },
      });
      const allowed = (answer.status as { allowed?: boolean } | undefined)?.allowed === true;
      if (allowed !== wanted) wrong.push({ text, allowed });
    }
    const show = (invert: boolean) => wrong.map((w) => `${w.text}: ${w.allowed !== invert ? 'yes' : 'no'}`).join('\n');
    if (wrong.length === 0) return passed('');
    const where = spec.namespace
      ? { en: ` in namespace ${spec.namespace}`, ko: `네임스페이스 ${spec.namespace}에서 ` }
      : { en: '', ko: '' };
    return failed(show(true), show(false), {
      en: `The rights of ${spec.as}${where.en} are not those asked for.`,
      ko: `${where.ko}${spec.as}의 권한이 요구와 다릅니다.`,
    });
  },
});
