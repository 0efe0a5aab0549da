/**
 * The one base of every error that Weir throws. Expected outcomes are values; an error means that something
 * is broken. The message names what was received and says the fix; `cause` keeps what lies beneath.
 */
export class WeirError extends Error {
  override readonly name: string = 'WeirError';
}

/** Configuration, environment or arguments that Weir cannot work with. */
export class ConfigurationError extends WeirError {
  override readonly name = 'ConfigurationError';
}

/** A file or option that a person gave on the command line is wrong: one line, exit code 2. */
export class InputError extends WeirError {
  override readonly name = 'InputError';
}
