import { defineCheck, failed, passed } from './check.ts';
import { koRef, objectRef, showRef } from './object-ref.ts';

/** An object does not exist. One that is being deleted still does. */
export const absent = defineCheck({
  verb: 'absent',
  spec: objectRef,
  async run(ref, access) {
    const found = await access.get(ref);
    if (!found) return passed('');
    return failed('', showRef(ref), {
      en: `${showRef(ref)} is still there.`,
      ko: `${koRef(ref)}이(가) 아직 남아 있습니다.`,
    });
  },
});
