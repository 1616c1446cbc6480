import { z } from 'zod';
import { defineCheck, failed, passed } from './check.ts';
import { quote } from './quote.ts';
import { excerpt, meets, showTest, textTest } from './text-test.ts';

/**
 * What an HTTP request from inside a pod gets (`answers: false`: that it gets no answer). The pod is the first running one
 * that `labelSelector` selects, and must have wget, as the busybox and alpine images do.
 */
export const reach = defineCheck({
  verb: 'reach',
  spec: z.strictObject({
    host: z.string().min(1),
    from: z.strictObject({ namespace: z.string().min(1), labelSelector: z.string().min(1) }),
    url: z.url(),
    answers: z.boolean().default(true),
    ...textTest,
  }),
  async run({ host, from, url, answers, ...test }, access) {
    const pods = await access.list({ apiVersion: 'v1', kind: 'Pod', ...from });
    const running = pods.find((p) => (p.status as { phase?: string } | undefined)?.phase === 'Running');
    const wanted = answers ? `${url} → ${showTest(test) || '200'}` : `${url} → no answer`;
    if (!running) {
      return failed(wanted, '', {
        en: `No pod ${from.labelSelector} runs in namespace ${from.namespace}.`,
        ko: `네임스페이스 ${from.namespace}에 실행 중인 ${from.labelSelector} 파드가 없습니다.`,
      });
    }
    const { name } = running.metadata as { name: string };
    const command = ['kubectl', 'exec', '-n', from.namespace, name, '--', 'wget', '-q', '-O-', '-T', '3', url];
    const result = await access.run(host, command.map(quote).join(' '), { user: 'root', timeoutMs: 15_000 });
    const found = result.exitCode === 0 ? excerpt(result.stdout) : excerpt(result.stderr);
    if (answers ? result.exitCode === 0 && meets(test, result.stdout) : result.exitCode !== 0)
      return passed(wanted, found);
    if (!answers) {
      return failed(wanted, found, {
        en: `${name} can reach ${url}, and must not.`,
        ko: `${name}에서 ${url}에 접속할 수 없어야 하는데 접속됩니다.`,
      });
    }
    return failed(wanted, found, {
      en: result.exitCode === 0 ? `${url} gives another answer.` : `${name} cannot reach ${url}.`,
      ko: result.exitCode === 0 ? `${url}의 응답이 다릅니다.` : `${name}에서 ${url}에 접속할 수 없습니다.`,
    });
  },
});
