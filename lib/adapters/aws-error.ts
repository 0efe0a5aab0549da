/**
 * What a failed call to AWS comes to.
 * - throttled: refused at this moment, nothing was done
 * - forbidden: refused for want of a permission or of valid credentials, nothing was done
 * - rejected: refused for what was asked (any other 4xx), nothing was done
 * - unavailable: a time-out, a broken connection, a 5xx: it may have been done
 */
export type AwsFailure = 'throttled' | 'forbidden' | 'rejected' | 'unavailable';

// The services do not agree on a name, nor on a status: most JSON services send these with 400.
const throttling =
  /^(Throttl(ing|ed)(Exception)?|ThrottlingError|RequestLimitExceeded|RequestThrottled(Exception)?|TooManyRequestsException|ProvisionedThroughputExceededException|SlowDown|KmsThrottled|AWS\.SimpleQueueService\.RequestThrottled)$/;
const denial =
  /^(AccessDenied(Exception|Error)?|UnauthorizedOperation|UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|ExpiredToken(Exception)?|RequestExpired|MissingAuthenticationToken(Exception)?|NotAuthorized|KmsAccessDenied|KMSAccessDeniedException)$/;

type ServiceError = {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
};

export function classifyAwsError(error: unknown): AwsFailure {
  if (!(error instanceof Error)) return 'unavailable';
  const { $metadata, $retryable } = error as Error & ServiceError;
  const status = $metadata?.httpStatusCode;
  if (throttling.test(error.name) || status === 429 || $retryable?.throttling === true) return 'throttled';
  if (denial.test(error.name) || status === 401 || status === 403) return 'forbidden';
  // 408 is a request that AWS did not wait for to the end; it says so after the time is up, as any time-out does.
  return status !== undefined && status >= 400 && status < 500 && status !== 408 ? 'rejected' : 'unavailable';
}

/** Whether the error has one of these names: SDK v3 names an error after its code. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** Name and message in one bounded line, for an outcome that is a value. */
export function describeAwsError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 500);
}
