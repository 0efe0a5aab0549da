import { hash } from 'node:crypto';
import type { TickPorts, UpdateOutcome } from '../../lib/control/ports.ts';
import { runOnce } from '../../lib/control/run-once.ts';
import { createLedger, ticksToGoal, towardsGoal } from './ledger.ts';
import { createWorld, service } from './world.ts';

/** One evaluator of the tests: which tick it has, and by how much its clock is ahead of the true time. */
export type Evaluator = { readonly slotSeconds: number; readonly clockAheadSeconds?: number };

export type Scenario = {
  readonly startSeconds: number;
  readonly evaluators: readonly Evaluator[];
  /** How far time may jump while evaluators wait: each of these, as often as `stalls` allows. */
  readonly stallSeconds: readonly number[];
  readonly stalls: number;
  /** How many of the evaluators may be killed. */
  readonly kills: number;
  /** A count that a person may set once, at any moment. */
  readonly person?: number;
};

export type Exploration = {
  /** Situations that were met, each once, however many schedules lead to it. */
  readonly situations: number;
  /** Those of them in which nobody had anything left to do. */
  readonly endings: number;
  /** Every way in which a schedule went wrong, with the steps that led there. */
  readonly problems: readonly { readonly steps: readonly string[]; readonly problems: readonly string[] }[];
  /** What the evaluators reported, over all schedules. */
  readonly reports: ReadonlySet<string>;
};

/**
 * Follows every schedule of a scenario: at each moment any call that was made may reach its port, any answer may reach
 * its evaluator, time may jump, an evaluator may be killed. Depth first; a situation that was met before (the same
 * world, and evaluators that have heard the same) is not followed again, for what comes after it is known.
 */
export async function explore(scenario: Scenario): Promise<Exploration> {
  const seen = new Set<string>();
  const problems: Exploration['problems'][number][] = [];
  const reports = new Set<string>();
  const open: (readonly number[])[] = [[]];
  let endings = 0;
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    const situation = await createSituation(scenario);
    const path: number[] = [];
    const steps: string[] = [];
    for (;;) {
      const choices = situation.choices();
      const replayed = prefix[path.length];
      if (replayed === undefined) {
        const key = situation.key();
        if (seen.has(key)) break;
        seen.add(key);
        for (let index = 1; index < choices.length; index++) open.push([...path, index]);
      }
      if (choices.length === 0) {
        endings++;
        const found = await situation.finish();
        if (found.length > 0) problems.push({ steps, problems: found });
        break;
      }
      const choice = choices[replayed ?? 0];
      if (choice === undefined)
        throw new Error('a schedule could not be replayed: something is not deterministic');
      path.push(replayed ?? 0);
      steps.push(choice.name);
      await choice.take();
    }
    for (const report of situation.reports) reports.add(report);
  }
  return { endings, situations: seen.size, problems, reports };
}

type Choice = { readonly name: string; readonly take: () => Promise<void> | void };

/** A call that was made: first it reaches its port, then its answer reaches the evaluator. */
type Pending = { readonly name: string; answered: boolean; readonly step: () => Promise<void> };

type Running = { readonly name: string; alive: boolean; heard: string; pending: Pending[] };

/**
 * Calls that are answered at once: they read what neither evaluator writes, so that their order among the others makes
 * no difference to anybody.
 */
const indifferent = new Set(['metrics.read', 'queues.depth']);

async function createSituation(scenario: Scenario) {
  const world = createWorld();
  await world.register();
  world.clock.set(scenario.startSeconds);
  const ledger = createLedger(world);
  const reports: string[] = [];
  let written = '';
  world.store.onCommit((...commit) => {
    written = hash('sha1', written + JSON.stringify(commit));
  });
  let { stalls, kills } = scenario;
  let person = scenario.person;

  const running = scenario.evaluators.map(({ slotSeconds, clockAheadSeconds = 0 }, index): Running => {
    const self: Running = { name: 'AB'.charAt(index) || `${index}`, alive: true, heard: '', pending: [] };
    const ports = ledger.watch(gated(self, clockAheadSeconds));
    runOnce({ service, slotSeconds }, ports, towardsGoal).then(
      (report) => {
        reports.push(report.kind === 'scaled' ? `scaled ${report.outcome}` : report.kind);
        self.alive = false;
      },
      (error: unknown) => {
        ledger.problems.push(`${self.name} threw ${String(error)}`);
        self.alive = false;
      },
    );
    return self;
  });

  /** The world's ports, each call waiting to be scheduled. */
  function gated(self: Running, aheadSeconds: number): TickPorts {
    const clock = {
      nowSeconds: () => {
        const now = world.clock.nowSeconds() + aheadSeconds;
        self.heard += ` ${now}`;
        return now;
      },
    };
    const gate =
      <A extends unknown[], R>(
        name: string,
        perform: (...args: A) => Promise<R>,
        summary: (answer: R) => unknown,
      ) =>
      (...args: A): Promise<R> =>
        new Promise((resolve, reject) => {
          let answer: R;
          const pending: Pending = {
            name,
            answered: false,
            step: async () => {
              if (!pending.answered) {
                answer = await perform(...args);
                pending.answered = true;
                return;
              }
              self.pending = self.pending.filter((it) => it !== pending);
              self.heard += ` ${name}=${JSON.stringify(summary(answer))}`;
              resolve(answer);
            },
          };
          if (indifferent.has(name)) perform(...args).then(resolve, reject);
          else self.pending.push(pending);
        });
    return {
      clock,
      telemetry: world.telemetry,
      metrics: { read: gate('metrics.read', world.metrics.read, () => '') },
      queues: { depth: gate('queues.depth', world.queues.depth, () => '') },
      store: {
        ...world.store,
        load: gate('load', world.store.load, (it) => it.state?.version),
        samples: gate('samples', world.store.samples, () => ''),
        putSample: gate('putSample', world.store.putSample, () => ''),
        commitState: gate('commitState', world.store.commitState, (it) => it),
      },
      services: {
        ...world.services,
        describe: gate('describe', world.services.describe, (it) =>
          it.kind === 'described' ? it.observation.desiredTasks : it,
        ),
        updateDesiredTasks: (name, desiredTasks, timeoutSeconds) => {
          // Given up after its time-out, as the adapter does it: too late, it never goes out, or nobody hears of it.
          const deadline = world.clock.nowSeconds() + timeoutSeconds;
          const gaveUp: UpdateOutcome = { kind: 'unknown', message: 'TimeoutError' };
          const tooLate = () => world.clock.nowSeconds() > deadline;
          self.heard += ` deadline=${deadline}`;
          const call = gate(
            'updateDesiredTasks',
            async (): Promise<UpdateOutcome> => {
              if (tooLate()) return gaveUp;
              return ledger.ports.services.updateDesiredTasks(name, desiredTasks, timeoutSeconds);
            },
            (it) => it.kind,
          );
          return call().then((outcome) => (tooLate() ? gaveUp : outcome));
        },
      },
    };
  }

  function choices(): Choice[] {
    const live = running.filter((it) => it.alive);
    if (live.length === 0) return [];
    const list = live.flatMap((self) =>
      self.pending.map(
        (call): Choice => ({
          name: `${self.name}: ${call.name} ${call.answered ? 'is answered' : 'is carried out'}`,
          take: async () => {
            await call.step();
            // Between a call and its answer only time can make a difference.
            if (stalls === 0 && self.pending.includes(call)) await call.step();
          },
        }),
      ),
    );
    if (stalls > 0) {
      for (const seconds of scenario.stallSeconds) {
        list.push({
          name: `${seconds} s pass`,
          take: () => {
            stalls--;
            world.clock.advance(seconds);
          },
        });
      }
    }
    if (kills > 0) {
      for (const self of live) {
        list.push({
          name: `${self.name} is killed`,
          take: () => {
            kills--;
            self.alive = false;
            self.pending = [];
          },
        });
      }
    }
    if (person !== undefined) {
      const desiredTasks = person;
      list.push({
        name: `a person sets ${desiredTasks}`,
        take: () => {
          person = undefined;
          world.services.update(service, { desiredTasks });
        },
      });
    }
    return list.map((choice) => ({ ...choice, take: () => settled(choice.take) }));
  }

  await settled(() => {});
  return {
    reports,
    choices,
    /** Everything that what comes next, and what is said of it in the end, can depend on. */
    key: () =>
      hash(
        'sha1',
        JSON.stringify([
          world.clock.nowSeconds(),
          world.desiredTasks(),
          written,
          ledger.sent,
          ledger.problems,
          [stalls, kills, person],
          // Evaluators of the same tick are alike: it does not matter which of them is where. What one that is no more
          // has heard matters to nobody.
          running
            .map((it, index) =>
              JSON.stringify([
                scenario.evaluators[index],
                it.alive && [it.heard, it.pending.map((call) => [call.name, call.answered])],
              ]),
            )
            .sort(),
        ]),
      ),
    /** Lets the ticks come that come next, undisturbed, and says what was wrong. */
    finish: async () => {
      const next = Math.floor(world.clock.nowSeconds() / 60) + 1;
      for (let minute = 0; minute < ticksToGoal + 1; minute++) {
        const slotSeconds = 60 * (next + minute);
        world.clock.set(slotSeconds + 1);
        await runOnce({ service, slotSeconds }, ledger.watch(ledger.ports), towardsGoal);
      }
      return ledger.assess({ moved: scenario.person !== undefined });
    },
  };
}

/** Takes a step and lets everything happen that follows from it by itself. */
async function settled(step: () => Promise<void> | void): Promise<void> {
  await step();
  // No port of these tests waits for anything but the scheduler: one turn of the event loop runs all that can run.
  await new Promise((resolve) => setImmediate(resolve));
}
