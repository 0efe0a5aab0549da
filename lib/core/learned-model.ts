export type Cycle = 'day' | 'week';

/** A load's shape over one cycle: so much of its mean at each slot, from the cycle's beginning in UTC on. */
export type Shape = {
  readonly cycle: Cycle;
  readonly ratios: readonly number[];
};

/** A shape that has beaten the short horizon, with what its backtest has measured. */
export type Season = Shape & {
  /** Over so much of the newest past the level is taken. */
  readonly levelSeconds: number;
  /** By hour of the day in UTC: so many times the expectation is the bound. */
  readonly boundRatios: readonly number[];
  /** From the newest known arrivals to the moment forecast, as it was tested. */
  readonly horizonSeconds: number;
  /** Share of the actual loads that lay at or below the bound. */
  readonly coverage: number;
  /** Share by which the pinball loss was lower than the best of the others. */
  readonly gain: number;
};

/** What `learn` has found in a service's history. Under 3 KB in the table: read each minute, it costs half a read unit. */
export type LearnedModel = {
  readonly format: 1;
  readonly learnedAtSeconds: number;
  /** Only where its own backtest has found it better than the short horizon, and its bound honest. */
  readonly season?: Season;
  /** By hour of the day in UTC: by how much the load has risen at most within a quarter of an hour, records/s. */
  readonly worstRisesPerSecond?: readonly number[];
};
