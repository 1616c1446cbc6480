import { z } from 'zod';

const pattern = z.string().superRefine((text, context) => {
  try {
    RegExp(text, 'm');
  } catch (err) {
    context.addIssue((err as Error).message);
  }
});

/**
 * What a text must be. Blanks at line ends and empty lines at the end never matter. `lines` asks for exactly these lines in
 * any order; `pattern` is a regular expression, `^` and `$` stand at each line.
 */
export const textTest = {
  equals: z.string().optional(),
  lines: z.array(z.string()).optional(),
  pattern: pattern.optional(),
};

export interface TextTest {
  equals?: string | undefined;
  lines?: string[] | undefined;
  pattern?: string | undefined;
}

const tidy = (text: string): string => text.replace(/[ \t\r]+$/gm, '').replace(/\n+$/, '');

/** Whether the text is as asked; without any test every text is. */
export function meets(test: TextTest, text: string): boolean {
  const tidied = tidy(text);
  if (test.equals !== undefined && tidied !== tidy(test.equals)) return false;
  if (test.pattern !== undefined && !new RegExp(test.pattern, 'm').test(tidied)) return false;
  if (test.lines === undefined) return true;
  const sorted = (lines: string[]) =>
    lines
      .map((l) => l.trim())
      .filter(Boolean)
      .sort()
      .join('\n');
  return sorted(test.lines) === sorted(tidied.split('\n'));
}

export function showTest(test: TextTest): string {
  if (test.pattern !== undefined) return `/${test.pattern}/`;
  return test.equals ?? test.lines?.join('\n') ?? '';
}

/** The beginning of a text, for results. */
export const excerpt = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text.trimEnd());
