/** A word for bash that stands for exactly this text. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
