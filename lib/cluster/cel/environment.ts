import { Environment, type EnvironmentOptions } from '@marcbachmann/cel-js';
import type { Library } from './library/library.ts';
import { authorizers } from './library/authorizer.ts';
import { formats } from './library/formats.ts';
import { lists } from './library/lists.ts';
import { macros } from './library/macros.ts';
import { networks } from './library/networks.ts';
import { quantities } from './library/quantities.ts';
import { semvers } from './library/semver.ts';
import { strings } from './library/strings.ts';
import { urls } from './library/urls.ts';
import { STRUCT_FUNCTION } from './struct-literals.ts';

/** Every name that some kind of expression may use; which of them a given one may is the checker's to know. */
const VARIABLES = [
  'self',
  'oldSelf',
  'object',
  'oldObject',
  'request',
  'params',
  'namespaceObject',
  'variables',
  'authorizer',
  'device',
];

const OPTIONS: EnvironmentOptions = { enableOptionalTypes: true, homogeneousAggregateLiterals: false };

const libraries: readonly Library[] = [
  strings,
  lists,
  macros,
  quantities,
  networks,
  urls,
  semvers,
  formats,
  authorizers,
];

/** Names that libraries define, and which are no variables. */
export const NAMESPACES: ReadonlySet<string> = new Set([
  'cel',
  'optional',
  ...libraries.flatMap((l) => (l.constants ?? []).map((c) => c.name)),
]);

function create(): Environment {
  const env = new Environment(OPTIONS);
  for (const name of VARIABLES) env.registerVariable(name, 'dyn');
  for (const { types = [] } of libraries)
    for (const { name, ctor, fields = {} } of types) env.registerType(name, { ctor, fields: { ...fields } });
  for (const { constants = [] } of libraries)
    for (const { name, type, value } of constants) env.registerConstant(name, type, value);
  for (const { functions } of libraries)
    for (const [signature, run] of functions) env.registerFunction(signature, run as (...args: unknown[]) => unknown);
  env.registerFunction(`${STRUCT_FUNCTION}(string, map): dyn`, (_name: string, fields: object) => fields);
  return env;
}

let made: Environment | undefined;

/** The one environment of all of Kubernetes' expressions. */
export const environment = (): Environment => (made ??= create());
