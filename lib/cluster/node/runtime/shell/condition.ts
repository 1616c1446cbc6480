import { numberOf } from './arithmetic.ts';
import { expandPattern, expandText, type ExpansionScope } from './expand.ts';
import { matchesPattern } from './pattern.ts';
import type { ConditionNode } from './syntax.ts';
import { testBinary, testUnary } from './test-expression.ts';

/** `[[ … ]]`. */
export async function evaluateCondition(
  node: ConditionNode,
  scope: ExpansionScope,
  variables: { parameter(name: string): string | undefined },
): Promise<boolean> {
  const again = (inner: ConditionNode) => evaluateCondition(inner, scope, variables);
  switch (node.type) {
    case 'CondGroup':
      return again(node.expression);
    case 'CondNot':
      return !(await again(node.operand));
    case 'CondAnd':
      return (await again(node.left)) && (await again(node.right));
    case 'CondOr':
      return (await again(node.left)) || (await again(node.right));
    case 'CondWord':
      return (await expandText(node.word, scope)) !== '';
    case 'CondUnary': {
      const operand = await expandText(node.operand, scope);
      return node.operator === '-v'
        ? variables.parameter(operand) !== undefined
        : testUnary(node.operator, operand, scope);
    }
    case 'CondBinary': {
      const left = await expandText(node.left, scope);
      if (node.operator === '=' || node.operator === '==')
        return matchesPattern(left, await expandPattern(node.right, scope));
      if (node.operator === '!=') return !matchesPattern(left, await expandPattern(node.right, scope));
      const right = await expandText(node.right, scope);
      if (node.operator === '=~') return new RegExp(right).test(left);
      const numeric = /^-(eq|ne|lt|le|gt|ge)$/.test(node.operator);
      return numeric
        ? testBinary(String(numberOf(left)), node.operator, String(numberOf(right)), scope)
        : testBinary(left, node.operator, right, scope);
    }
  }
}
