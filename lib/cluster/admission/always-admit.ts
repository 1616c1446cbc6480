import type { AdmissionPlugin } from './plugin.ts';

/** Does nothing; kept by upstream for old command lines. */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', enabledByDefault: false };
