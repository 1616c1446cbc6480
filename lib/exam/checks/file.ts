import { z } from 'zod';
import { defineCheck, failed, passed } from './check.ts';
import { excerpt, meets, showTest, textTest } from './text-test.ts';

/** A file on a node's disk has the content asked for. */
export const file = defineCheck({
  verb: 'file',
  spec: z.strictObject({ node: z.string().min(1), path: z.string().startsWith('/'), ...textTest }),
  async run({ node, path, ...test }, access) {
    const content = await access.readFile(node, path);
    if (content === undefined) {
      return failed(path, '', {
        en: `There is no file ${path} on ${node}.`,
        ko: `${node}에 ${path} 파일이 없습니다.`,
      });
    }
    if (meets(test, content)) return passed(showTest(test), excerpt(content));
    return failed(showTest(test), excerpt(content), {
      en: `${path} on ${node} has other content.`,
      ko: `${node}의 ${path} 내용이 다릅니다.`,
    });
  },
});
