/** What each task can do, records/s, and how long the load has been what it is when a surge comes. */
export const taskRatePerSecond = 100;
export const firstTasks = 4;
const calmPerSecond = 370;
const startupSeconds = 60;
const servicesPerCluster = 500;

/** One service of the Region: a stream as a fluid, in steps of a minute. */
export type RegionService = {
  readonly cluster: string;
  readonly name: string;
  /** So many times its load comes with the surge; 1 for those that it passes by. */
  readonly surge: number;
  desiredTasks: number;
  runningTasks: number;
  /** When what is desired runs. */
  readySeconds: number;
  backlog: number;
  readonly minutes: Minute[];
};

/** What CloudWatch has of a minute. */
export type Minute = {
  readonly endSeconds: number;
  readonly records: number;
  readonly worstLagSeconds: number;
  readonly meanLagSeconds: number;
  readonly cpuPercent: number;
};

/** One in five meets the surge, one and a half to six times its load: not all need what they need equally. */
export function createServices(count: number): RegionService[] {
  return Array.from({ length: count }, (_, index) => ({
    cluster: `c${Math.floor(index / servicesPerCluster)}`,
    name: `s${String(index).padStart(5, '0')}`,
    surge: index % 5 === 2 ? 1.5 + ((index * 7919) % 1000) / 222 : 1,
    desiredTasks: firstTasks,
    runningTasks: firstTasks,
    readySeconds: 0,
    backlog: 0,
    minutes: [],
  }));
}

const keptMinutes = 65;

/** The minute that ends at `endSeconds`. */
export function playMinute(service: RegionService, endSeconds: number, surging: boolean): void {
  if (endSeconds - 30 >= service.readySeconds) service.runningTasks = service.desiredTasks;
  const arrivals = calmPerSecond * (surging ? service.surge : 1);
  const capacity = service.runningTasks * taskRatePerSecond;
  const before = service.backlog;
  const processed = Math.min(capacity, arrivals + before / 60);
  service.backlog = Math.max(0, before + 60 * (arrivals - processed));
  const lagOf = (backlog: number) => backlog / arrivals;
  service.minutes.push({
    endSeconds,
    records: 60 * arrivals,
    worstLagSeconds: lagOf(Math.max(before, service.backlog)),
    meanLagSeconds: lagOf((before + service.backlog) / 2),
    cpuPercent: Math.min(90, (90 * processed) / Math.max(1, capacity)),
  });
  if (service.minutes.length > keptMinutes) service.minutes.shift();
}

export function setDesired(service: RegionService, desiredTasks: number, nowSeconds: number): void {
  service.desiredTasks = desiredTasks;
  service.runningTasks = Math.min(service.runningTasks, desiredTasks);
  service.readySeconds = nowSeconds + startupSeconds;
}
