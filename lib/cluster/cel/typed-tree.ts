import type { CelType } from './type.ts';

/** A node of the parser's tree. */
export interface TypedNode {
  op: string;
  args: unknown;
}

/** An expression's tree with what the checker has found out. */
export interface TypedTree {
  root: TypedNode;
  typeOf(node: TypedNode): CelType;
  /** Whether a name stands for a library, as `cel` in `cel.bind(…)`. */
  isNamespace(node: TypedNode): boolean;
}
