'use client';

import type { Solution } from '../../lib/exam/index.ts';
import { CodeBlock } from './code-block.tsx';
import { useLocale, useText } from './locale-provider.tsx';
import { Markdown } from './markdown.tsx';

/** The worked solution and, below, the script that does the same. */
export function SolutionText({ solution }: { solution: Solution }) {
  const t = useText();
  const locale = useLocale();
  return (
    <>
      <Markdown text={solution.text[locale]} />
      <details style={{ marginTop: 'var(--s4)' }}>
        <summary style={{ cursor: 'pointer', fontWeight: 600 }}>{t.lab.script}</summary>
        <CodeBlock code={solution.script.trimEnd()} />
      </details>
    </>
  );
}
