import * as z from 'zod';
import type { Incident, IncidentKind, Observed, TaskFailure, TaskStart } from '../core/observed.ts';
import { compactJson, jsonText } from './compact-json.ts';

/** What was observed as JSON of few bytes: tasks as rows, revisions by their place in a list of them. */
export function encodeObserved({ starts, failures, newest }: Observed): string {
  const revisions = [...new Set([...starts, ...failures].map((it) => it.revision))];
  const placeOf = (revision: string) => revisions.indexOf(revision);
  return compactJson({
    format: 1,
    revisions,
    starts: starts.map((it) => [it.task, placeOf(it.revision), it.atSeconds, it.startupSeconds]),
    failures: failures.map((it) => [it.task, placeOf(it.revision), it.atSeconds, it.ranSeconds ?? null]),
    newest,
  });
}

const text = z.string().max(1000);
const place = z.number().int().min(0);
const moment = z.number();
const duration = z.number().min(0);
const incident = z
  .object({
    atSeconds: moment,
    cause: text.exactOptional(),
    deployment: text.exactOptional(),
  } satisfies Record<keyof Incident, z.ZodType>)
  .exactOptional();

const encodedSchema = jsonText(
  z.object({
    format: z.literal(1),
    revisions: z.array(text).max(100),
    starts: z.array(z.tuple([text, place, moment, duration])).max(100),
    failures: z.array(z.tuple([text, place, moment, duration.nullable()])).max(100),
    newest: z.object({
      'task-failed': incident,
      'start-impaired': incident,
      'placement-failed': incident,
      'deployment-failed': incident,
      'deployment-completed': incident,
      steady: incident,
    } satisfies Record<IncidentKind, z.ZodType>),
  }),
);

/** The inverse of `encodeObserved`; what is wrong, where the text is of another format or nothing observed at all. */
export function decodeObserved(value: unknown): { readonly observed: Observed } | { readonly wrong: string } {
  const parsed = encodedSchema.safeParse(value);
  if (!parsed.success) return { wrong: z.prettifyError(parsed.error) };
  const { revisions, starts, failures, newest } = parsed.data;
  const revisionAt = (index: number) => revisions[index] ?? 'unknown';
  return {
    observed: {
      starts: starts.map(
        ([task, index, atSeconds, startupSeconds]): TaskStart => ({
          task,
          revision: revisionAt(index),
          atSeconds,
          startupSeconds,
        }),
      ),
      failures: failures.map(
        ([task, index, atSeconds, ranSeconds]): TaskFailure => ({
          task,
          revision: revisionAt(index),
          atSeconds,
          ...(ranSeconds !== null && { ranSeconds }),
        }),
      ),
      newest,
    },
  };
}
