/** What the transport gets for an error that no filter of the user's claimed: the error itself, whatever it is. */
export class OriginalFailure {
  constructor(readonly error: unknown) {}
}
