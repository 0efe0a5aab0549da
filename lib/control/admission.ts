import { type Need, needs } from '../core/need.ts';
import type { Admission, Clock, Store, Telemetry, Waiting } from './ports.ts';

/**
 * UpdateService is one bucket for an account and Region, which holds 50 calls and gets 5 more a second, and others use it
 * too. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
const updatesPerSecond = 4;
/** Each service is evaluated once within this, unless its policy says otherwise. */
const turnSeconds = 60;
/** So many calls are under way at once, of one message. */
const atOnce = 5;
/** A service that is slow to be evaluated keeps the others of its message no longer than this. */
const longestWaitMilliseconds = 1000;

/** Whether a change may be sent: of each need the share of those that want it, or none. */
export type Cut = readonly number[];

const everything: Cut = new Array<number>(needs).fill(1);

/**
 * Which share of each need the bucket admits, by what had to wait in the last turn, in which each message has come once;
 * where that is the first in which anything waits, nobody goes before those that already do.
 * E.g. 200 waited with the first need, 100 with the second and 50 with the third, and 240 calls are admitted in a
 * minute: all of the first, 0.4 of the second, none of the third.
 */
export function cutOf(notes: readonly Waiting[], nowSeconds: number): Cut {
  const isOfLastTurn = (it: Waiting) => it.atSeconds > nowSeconds - turnSeconds;
  const last = notes.filter(isOfLastTurn);
  const counts = everything.map((_, need) => last.reduce((sum, it) => sum + (it.waiting[need] ?? 0), 0));
  if (last.length === notes.length) {
    const first = counts.findIndex((waiting) => waiting > 0);
    return first === -1 ? everything : everything.map((_, need) => (need <= first ? 1 : 0));
  }
  let left = updatesPerSecond * turnSeconds;
  return counts.map((waiting) => {
    const share = waiting === 0 ? Number(left > 0) : Math.min(1, Math.max(0, left) / waiting);
    left -= waiting;
    return share;
  });
}

type Request = { readonly need: Need; readonly share: number; readonly answer: (admitted: boolean) => void };

/**
 * The changes that one message wants, in the order of need: they meet here once all its services are decided, are sent a
 * few at a time, and what comes after the first that ECS throttles waits for its next tick. What waits is noted in the
 * table, for the evaluators of other messages; where nothing waits, nothing is read or written but a look before a
 * change.
 */
export function createAdmission({
  store,
  clock,
  telemetry,
}: {
  readonly store: Pick<Store, 'putWaiting' | 'waiting'>;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'warn'>;
}) {
  const requests: Request[] = [];
  const waiting = new Array<number>(needs).fill(0);
  let undecided = 0;
  let throttled = false;
  let turn: Promise<void> | undefined;
  const settled: (() => void)[] = [];
  let cut: Promise<Cut> | undefined;

  const readCut = async (): Promise<Cut> => {
    const nowSeconds = clock.nowSeconds();
    try {
      return cutOf(await store.waiting(nowSeconds - 2 * turnSeconds), nowSeconds);
    } catch (error) {
      telemetry.warn('What waits for UpdateService could not be read: everything is tried.', {
        error: String(error),
      });
      return everything;
    }
  };

  const serve = async (): Promise<void> => {
    cut ??= readCut();
    const shares = await cut;
    while (requests.length > 0) {
      requests.sort((a, b) => a.need - b.need || a.share - b.share);
      const wave = requests.splice(0, atOnce);
      const sent = wave.map((request) => {
        if (throttled || request.share >= (shares[request.need] ?? 1)) {
          waiting[request.need] = (waiting[request.need] ?? 0) + 1;
          request.answer(false);
          return undefined;
        }
        const done = new Promise<void>((resolve) => settled.push(resolve));
        request.answer(true);
        return done;
      });
      await Promise.all(sent);
    }
  };

  const serveNext = () => {
    turn = (turn ?? Promise.resolve()).then(serve);
  };

  /** One service of the message, from now until it is `left`. */
  const enter = (): { readonly admission: Admission; readonly leave: () => void } => {
    let decided = false;
    undecided++;
    const decide = () => {
      if (decided) return;
      decided = true;
      undecided--;
    };
    return {
      admission: {
        admit: (need, share) => {
          const answer = new Promise<boolean>((resolve) => requests.push({ need, share, answer: resolve }));
          decide();
          if (undecided === 0) serveNext();
          else setTimeout(serveNext, longestWaitMilliseconds).unref();
          return answer;
        },
        settle: (need, outcome) => {
          if (outcome === 'throttled') {
            throttled = true;
            waiting[need] = (waiting[need] ?? 0) + 1;
          }
          settled.shift()?.();
        },
      },
      leave: () => {
        decide();
        if (undecided === 0 && requests.length > 0) serveNext();
      },
    };
  };

  return {
    enter,
    /** Notes what had to wait. `message` tells this one from others of the same moment. */
    close: async (message: string): Promise<void> => {
      if (waiting.some((count) => count > 0)) {
        await store.putWaiting({ message, atSeconds: clock.nowSeconds(), waiting });
      }
    },
  };
}
