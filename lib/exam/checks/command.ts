import { z } from 'zod';
import { defineCheck, failed, passed } from './check.ts';
import { excerpt, meets, showTest, textTest } from './text-test.ts';

/** What a command prints and returns in the candidate's sandbox on a host. It must only look. */
export const command = defineCheck({
  verb: 'command',
  spec: z.strictObject({
    host: z.string().min(1),
    user: z.string().default('candidate'),
    run: z.string().min(1),
    exitCode: z.int().default(0),
    ...textTest,
  }),
  async run({ host, user, run, exitCode, ...test }, access) {
    const result = await access.run(host, run, { user, timeoutMs: 20_000 });
    const expected = `$ ${run}\n${showTest(test)}`;
    const found = excerpt(`${result.stdout}${result.stderr}${result.exitCode ? `[${result.exitCode}]` : ''}`);
    if (result.exitCode === exitCode && meets(test, result.stdout)) return passed(expected, found);
    return failed(expected, found, {
      en: 'The command gives another result.',
      ko: '명령의 결과가 다릅니다.',
    });
  },
});
