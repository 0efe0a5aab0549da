/** What the simulation moves by. Minutes and evaluation slots are multiples of it. */
export const stepSeconds = 5;

/** Simulated time zero: Monday, 5 January 2026, 00:00 UTC. */
export const zeroSeconds = Date.UTC(2026, 0, 5) / 1000;
