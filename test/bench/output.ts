/** CloudWatch Logs bills each event with this much on top. */
const bytesPerEvent = 26;

type Written = { readonly logBytes: number; readonly customMetrics: ReadonlySet<string> };

/**
 * Takes what is written to standard output and error, as Lambda does, and counts it: bytes of log, and the metrics in
 * lines of CloudWatch's embedded metric format. `release` gives the streams back.
 */
export function captureOutput(): { take(): Written; release(): void } {
  const streams = [process.stdout, process.stderr] as const;
  const originals = streams.map((it) => it.write);
  let lines: string[] = [];
  for (const stream of streams) {
    stream.write = ((chunk: string | Uint8Array) => {
      lines.push(...String(chunk).split('\n').filter(Boolean));
      return true;
    }) as typeof stream.write;
  }
  return {
    take: () => {
      const written = {
        logBytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + bytesPerEvent, 0),
        customMetrics: new Set(lines.flatMap(metricsIn)),
      };
      lines = [];
      return written;
    },
    release: () => {
      streams.forEach((stream, index) => {
        stream.write = originals[index] ?? stream.write;
      });
    },
  };
}

type EmbeddedMetrics = {
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [dimension: string]: unknown;
};

/** Each metric with its dimensions: what CloudWatch bills as one. */
function metricsIn(line: string): string[] {
  if (!line.includes('"_aws"')) return [];
  const entry = JSON.parse(line) as EmbeddedMetrics;
  return (entry._aws?.CloudWatchMetrics ?? []).flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = names.map((name) => `${name}=${String(entry[name])}`).join(',');
      return Metrics.map(({ Name }) => `${Namespace}/${Name}{${dimensions}}`);
    }),
  );
}
