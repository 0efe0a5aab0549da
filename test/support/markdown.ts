/** A table of Markdown. Cells may hold Markdown; bars and line ends in them are made harmless. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((it) => it.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

export const code = (text: string) => `\`${text}\``;

export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/**
 * Puts `content` between the marks `<!-- name: npm run docs -->`, or another command, and `<!-- /name -->` of a text.
 * @throws Error when the text does not have the two marks, once each and in this order.
 */
export function betweenMarks(text: string, name: string, content: string, command = 'npm run docs'): string {
  const [opening, closing] = [`<!-- ${name}: ${command} -->`, `<!-- /${name} -->`];
  const [before, inside, ...more] = text.split(opening);
  const [, after, ...evenMore] = inside?.split(closing) ?? [];
  if (before === undefined || after === undefined || more.length + evenMore.length > 0) {
    throw new Error(`The text needs ${opening} and ${closing}, once each and in this order.`);
  }
  return `${before}${opening}\n\n${content}\n\n${closing}${after}`;
}
