export { compile, type Compilation, type Evaluation, type Program } from './compile.ts';
export { celFieldName } from './field-names.ts';
export { BOOL, DYN, INT, isAssignable, listOf, mapOf, showType, STRING, type CelType } from './type.ts';
export type { Sized } from './cost-sizes.ts';
export { celType } from './typed-values.ts';
export { fromJson, optional, toJson } from './values.ts';
export { admissionScope, withVariables, type AdmissionExpressions, type CompiledVariable } from './admission-scope.ts';
export type { Scope } from './checker.ts';
export { CelAuthorizer } from './library/authorizer.ts';
