/** What a command has of the terminal: where results go, where everything else goes, and Ctrl-C. */
export type Terminal = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly interrupted: AbortSignal;
};

/** Results are there and complete; or Ctrl-C came first. Usage and input errors are thrown. */
export type ExitCode = 0 | 130;

/** Thrown through a run to end it: Ctrl-C came. */
export class Interrupted extends Error {}

export function stopIfInterrupted({ interrupted }: Terminal): void {
  if (interrupted.aborted) throw new Interrupted();
}
