/** What the panels say besides: elements whose inside is loaded when it is needed. `{name}` is replaced by a value. */
export interface PanelMessages {
  /** `<voice-devices>` */
  readonly microphone: string;
  readonly speaker: string;
  readonly systemDefault: string;
  readonly systemDefaultNamed: string;
  readonly notConnected: string;
  readonly devicesUnnamed: string;
  readonly allowMicrophone: string;
  readonly testMicrophone: string;
  readonly testSpeaker: string;
  readonly speakerBySystem: string;
  readonly volume: string;
  readonly processing: string;
  readonly echoCancellation: string;
  readonly noiseSuppression: string;
  readonly autoGainControl: string;
}
