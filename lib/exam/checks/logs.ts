import { z } from 'zod';
import { defineCheck, failed, passed } from './check.ts';
import { quote } from './quote.ts';
import { excerpt, meets, showTest, textTest } from './text-test.ts';

/** The log of a container is as asked. `of` is a pod's name or `deployment/NAME`. */
export const logs = defineCheck({
  verb: 'logs',
  spec: z.strictObject({
    host: z.string().min(1),
    namespace: z.string().min(1),
    of: z.string().min(1),
    container: z.string().optional(),
    ...textTest,
  }),
  async run({ host, namespace, of, container, ...test }, access) {
    const command = ['kubectl', 'logs', '-n', namespace, of, '--tail=200', ...(container ? ['-c', container] : [])];
    const result = await access.run(host, command.map(quote).join(' '), { user: 'root', timeoutMs: 15_000 });
    if (result.exitCode !== 0) {
      return failed(showTest(test), excerpt(result.stderr), {
        en: `The log of ${of} cannot be read.`,
        ko: `${of}의 로그를 읽을 수 없습니다.`,
      });
    }
    if (meets(test, result.stdout)) return passed(showTest(test), excerpt(result.stdout));
    return failed(showTest(test), excerpt(result.stdout), {
      en: `The log of ${of} does not show what was asked for.`,
      ko: `${of}의 로그에 요구한 내용이 없습니다.`,
    });
  },
});
