/** Six digits: more than a simulation deserves. E.g. 0.012345678 → 0.0123457. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** Rows as lines of text, the first column to the left and the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}
