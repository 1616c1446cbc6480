import { refuse, type AdmissionPlugin } from './plugin.ts';

/** Refuses every write: for tests of a cluster's clients. */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  enabledByDefault: false,
  admit(request) {
    throw refuse(request, 'admission control is denying all modifications');
  },
};
