import { z } from 'zod';
import { defineCheck, failed, passed } from './check.ts';
import { isMissing, objectRef, showRef } from './object-ref.ts';
import { mismatches, showMismatches } from './partial-match.ts';

/** An object exists, and holds at least the fields of `matches` (see partial-match.ts). */
export const object = defineCheck({
  verb: 'object',
  spec: objectRef.extend({ matches: z.record(z.string(), z.unknown()).default({}) }),
  async run({ matches, ...ref }, access) {
    const found = await access.get(ref);
    if (!found) return isMissing(ref);
    const wrong = mismatches(matches, found);
    if (wrong.length === 0) return passed(showRef(ref));
    const fields = wrong.map((m) => m.path).join(', ');
    return failed(showMismatches(wrong, 'expected'), showMismatches(wrong, 'found'), {
      en: `${ref.kind} ${ref.name} has another value in ${fields}.`,
      ko: `${ref.kind} ${ref.name}의 ${fields} 값이 다릅니다.`,
    });
  },
});
