const secondsIn = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * Reads a span of time as people write it, in seconds: `90s`, `10m`, `24h`, `5d`, `1.5h`; without a unit it is
 * seconds. `undefined` when it is none.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\s*([smhd])?$/.exec(text.trim());
  if (match?.[1] === undefined) return undefined;
  return Number(match[1]) * secondsIn[(match[2] ?? 's') as keyof typeof secondsIn];
}
