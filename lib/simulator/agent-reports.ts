import { agentPeriodSeconds, type Field } from '../contract/measurement.ts';
import { measurementOf } from '../control/measurements.ts';
import type { AgentReport } from '../core/wake.ts';
import type { SimulatedWorld } from './world.ts';

/** Reports that ended longer ago than this are old. */
const recentSeconds = 3 * agentPeriodSeconds;

/** The last two reports of a world's agents, ten seconds apart, as ingest would have them; `undefined` where one lacks. */
export async function lastReports({
  metrics,
  clock,
  service,
}: Pick<SimulatedWorld, 'metrics' | 'clock' | 'service'>): Promise<
  readonly [AgentReport, AgentReport] | undefined
> {
  const sinceSeconds = clock.nowSeconds() - recentSeconds;
  const read = async (field: Field): Promise<ReadonlyMap<number, number>> => {
    const measurement = measurementOf(field, service, undefined);
    if (measurement.kind !== 'metric') return new Map();
    const reading = await metrics.read({ ...measurement.query, sinceSeconds });
    return new Map(reading.kind === 'read' ? reading.points.map((it) => [it.atSeconds, it.value]) : []);
  };
  const [arrivals, processed, busy, backlog, lag] = await Promise.all([
    read('agentArrivalsPerSecond'),
    read('agentProcessedPerSecond'),
    read('busyShare'),
    read('agentBacklogRecords'),
    read('agentLagSeconds'),
  ]);
  const reportAt = (atSeconds: number): AgentReport | undefined => {
    const arrivalsPerSecond = arrivals.get(atSeconds);
    const processedPerSecond = processed.get(atSeconds);
    const busyShare = busy.get(atSeconds);
    if (arrivalsPerSecond === undefined || processedPerSecond === undefined || busyShare === undefined) {
      return undefined;
    }
    const [backlogRecords, lagSeconds] = [backlog.get(atSeconds), lag.get(atSeconds)];
    return {
      atSeconds,
      arrivalsPerSecond,
      processedPerSecond,
      busyShare,
      ...(backlogRecords !== undefined && { backlogRecords }),
      ...(lagSeconds !== undefined && { lagSeconds }),
    };
  };
  const newestSeconds = [...arrivals.keys()].at(-1);
  if (newestSeconds === undefined) return undefined;
  const [earlier, newest] = [reportAt(newestSeconds - agentPeriodSeconds), reportAt(newestSeconds)];
  return earlier === undefined || newest === undefined ? undefined : [earlier, newest];
}
