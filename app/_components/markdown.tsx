'use client';

import { Children, isValidElement } from 'react';
import type { ReactNode } from 'react';
import ReactMarkdown from 'react-markdown';
import type { Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { CodeBlock } from './code-block.tsx';
import { useText } from './locale-provider.tsx';
import styles from './markdown.module.css';
import { useCopy } from './use-copy.ts';

const textOf = (node: ReactNode): string =>
  Children.toArray(node)
    .map((child) => {
      if (isValidElement<{ children?: ReactNode }>(child)) return textOf(child.props.children);
      return typeof child === 'string' ? child : '';
    })
    .join('');

/** A value in a text: one click copies it. */
export function CopyValue({ children }: { children?: ReactNode }) {
  const t = useText();
  const copy = useCopy();
  const value = textOf(children);
  return (
    <button type="button" className={styles.value} title={t.room.copyHint} onClick={() => copy(value)}>
      <code>{value}</code>
    </button>
  );
}

const components: Components = {
  code: ({ children }) => <CopyValue>{children}</CopyValue>,
  pre: ({ children }) => <CodeBlock code={textOf(children).replace(/\n$/, '')} />,
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  ),
};

/** Markdown as elements: HTML in it is shown as text, so an exercise cannot bring scripts along. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.markdown}>
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={components}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
