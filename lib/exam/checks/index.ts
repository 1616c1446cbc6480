/** The closed set of verbs that a check in exercise.yaml may use. */
import { absent } from './absent.ts';
import { canI } from './can-i.ts';
import { cel } from './cel.ts';
import type { CheckVerb } from './check.ts';
import { command } from './command.ts';
import { file } from './file.ts';
import { logs } from './logs.ts';
import { object } from './object.ts';
import { reach } from './reach.ts';
import { ready } from './ready.ts';

export const CHECK_VERBS: readonly CheckVerb[] = [absent, canI, cel, command, file, logs, object, reach, ready];
