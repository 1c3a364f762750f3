/** What `<voice-replay>` says besides. `{name}` is replaced by a value. */
export interface ReplayMessages {
  readonly replay: string;
  readonly replayOpen: string;
  readonly replayHint: string;
  readonly replayDrop: string;
  readonly replayLoading: string;
  readonly replayPosition: string;
  readonly replayPrevious: string;
  readonly replayNext: string;
  readonly replayBegan: string;
  readonly replayMissing: string;
  readonly replayStates: string;
  readonly replayLevels: string;
  readonly replayMoment: string;
  readonly replayState: string;
  readonly replayEvents: string;
  readonly replayNoEvent: string;
  readonly replaySound: string;
  readonly replayPlot: string;
  readonly replayNotMeasured: string;
  /** Kinds of events. */
  readonly kindState: string;
  readonly kindSent: string;
  readonly kindReceived: string;
  readonly kindConnection: string;
  readonly kindFault: string;
  readonly kindWarning: string;
  readonly kindCall: string;
  readonly kindEnd: string;
  /** What went wrong. */
  readonly replayNoRecord: string;
  readonly replayVersion: string;
  readonly replayUnreachable: string;
}
