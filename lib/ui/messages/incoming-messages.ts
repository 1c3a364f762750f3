/** What `<voice-incoming>` says. `{name}` is replaced by a value. */
export interface IncomingMessages {
  readonly incomingCall: string;
  /** While another call is on. */
  readonly incomingWaiting: string;
  /** Spoken at once. */
  readonly incomingAnnounce: string;
  readonly incomingGone: string;
  readonly incomingAccept: string;
  readonly incomingAcceptWaiting: string;
  readonly incomingDecline: string;
  readonly incomingBusy: string;
  readonly incomingSilence: string;
  readonly incomingRingsFor: string;
  readonly incomingBlocked: string;
  readonly incomingUnblock: string;
}
