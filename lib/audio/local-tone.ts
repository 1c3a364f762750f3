/** Row and column frequencies, hertz (ITU-T Q.23). */
const keypad = "123A456B789C*0#D";
const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];

/** Of each of the two sines, of full scale: −20 dB, so that a key does not startle. */
const AMPLITUDE = 0.1;
const FADE_SECONDS = 0.005;

/** The two frequencies of a key; undefined for anything that is not one of the sixteen. */
export function dtmfFrequencies(digit: string): readonly [number, number] | undefined {
  const index = digit.length === 1 ? keypad.indexOf(digit.toUpperCase()) : -1;
  return index < 0 ? undefined : [rows[index >> 2]!, columns[index & 3]!];
}

/** Plays sines into `output` for `durationMs`, faded at both ends. The nodes free themselves. */
export function playSines(
  context: AudioContext,
  output: AudioNode,
  frequencies: readonly number[],
  durationMs: number,
): void {
  const start = context.currentTime;
  const end = start + Math.max(durationMs / 1000, 2 * FADE_SECONDS);
  const envelope = new GainNode(context, { gain: 0 });
  envelope.gain.setValueAtTime(0, start);
  envelope.gain.linearRampToValueAtTime(AMPLITUDE, start + FADE_SECONDS);
  envelope.gain.setValueAtTime(AMPLITUDE, end - FADE_SECONDS);
  envelope.gain.linearRampToValueAtTime(0, end);
  envelope.connect(output);
  for (const frequency of frequencies) {
    const sine = new OscillatorNode(context, { frequency });
    sine.connect(envelope);
    sine.onended = () => {
      sine.disconnect();
      envelope.disconnect();
    };
    sine.start(start);
    sine.stop(end);
  }
}
