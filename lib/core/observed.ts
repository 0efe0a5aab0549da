/** A task that ECS has started. */
export type TaskStart = {
  /** A part of its id, enough to tell it from the others. */
  readonly task: string;
  readonly revision: string;
  /** When it was RUNNING. */
  readonly atSeconds: number;
  /** From its creation until then. */
  readonly startupSeconds: number;
};

/** A task that stopped by itself: nobody had asked it to. */
export type TaskFailure = {
  readonly task: string;
  readonly revision: string;
  readonly atSeconds: number;
  /** For so long it ran; absent where it never did. */
  readonly ranSeconds?: number;
};

/** What else ECS tells of a service, of which the newest of each kind matters. */
export type IncidentKind =
  | 'task-failed'
  | 'start-impaired'
  | 'placement-failed'
  | 'deployment-failed'
  | 'deployment-completed'
  | 'steady';

export type Incident = {
  readonly atSeconds: number;
  /** What ECS says of it. */
  readonly cause?: string;
  /** Of a deployment: its id. */
  readonly deployment?: string;
};

/** One thing that ECS has told of a service. */
export type News =
  | ({ readonly kind: 'task-started' } & TaskStart)
  | ({ readonly kind: 'task-failed'; readonly cause: string } & TaskFailure)
  | ({ readonly kind: Exclude<IncidentKind, 'task-failed'> } & Incident);

/** What ECS's events have told of a service. Bounded, so that it stays within three kilobytes. */
export type Observed = {
  /** Of the two newest revisions, oldest first. */
  readonly starts: readonly TaskStart[];
  readonly failures: readonly TaskFailure[];
  readonly newest: Readonly<Partial<Record<IncidentKind, Incident>>>;
};

export const nothingObserved: Observed = { starts: [], failures: [], newest: {} };

/** Of each revision: enough for a quantile, and for the tasks that a step brings. */
const keptTasks = 16;
/** While a deployment goes on two revisions start tasks. */
const keptRevisions = 2;

/**
 * With what has been told. Events come at least once and in any order: a task counts once, and of everything else the
 * newest stands, so that the same news give the same, however often and in whatever order they come.
 */
export function withNews(observed: Observed, news: readonly News[]): Observed {
  const { newest } = news.reduce(withIncident, observed);
  const starts = kept(observed.starts, news.filter((it) => it.kind === 'task-started').map(startOf));
  const failures = kept(observed.failures, news.filter((it) => it.kind === 'task-failed').map(failureOf));
  return { starts, failures, newest };
}

function startOf({ task, revision, atSeconds, startupSeconds }: TaskStart): TaskStart {
  return { task, revision, atSeconds, startupSeconds };
}

function failureOf({ task, revision, atSeconds, ranSeconds }: TaskFailure): TaskFailure {
  return { task, revision, atSeconds, ...(ranSeconds !== undefined && { ranSeconds }) };
}

function withIncident(observed: Observed, news: News): Observed {
  if (news.kind === 'task-started') return observed;
  const { kind, atSeconds, cause } = news;
  if ((observed.newest[kind]?.atSeconds ?? Number.NEGATIVE_INFINITY) >= atSeconds) return observed;
  const deployment = 'deployment' in news ? news.deployment : undefined;
  const incident = { atSeconds, ...(cause !== undefined && { cause }), ...(deployment && { deployment }) };
  return { ...observed, newest: { ...observed.newest, [kind]: incident } };
}

function kept<T extends TaskStart | TaskFailure>(known: readonly T[], fresh: readonly T[]): readonly T[] {
  const tasks = new Map(known.map((it) => [it.task, it]));
  for (const it of fresh) if (!tasks.has(it.task)) tasks.set(it.task, it);
  const ordered = [...tasks.values()].sort((a, b) => a.atSeconds - b.atSeconds || (a.task < b.task ? -1 : 1));
  const revisions = new Set([...new Set(ordered.map((it) => it.revision).reverse())].slice(0, keptRevisions));
  const ofRevision = Map.groupBy(
    ordered.filter((it) => revisions.has(it.revision)),
    (it) => it.revision,
  );
  const newest = new Set([...ofRevision.values()].flatMap((it) => it.slice(-keptTasks)));
  return ordered.filter((it) => newest.has(it));
}

/** Whether a task failed after one moment and until another. */
export function hadFailure(
  observed: Observed | undefined,
  afterSeconds: number,
  untilSeconds: number,
): boolean {
  return (
    observed?.failures.some((it) => it.atSeconds > afterSeconds && it.atSeconds <= untilSeconds) ?? false
  );
}
