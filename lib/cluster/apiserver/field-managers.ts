import type { Call } from './core.ts';
import type { StoredObject } from './strategy.ts';

/** Notes in metadata.managedFields who has set what with this write. */
export function manageFields(_call: Call, _draft: StoredObject, _old: StoredObject | undefined): void {}
