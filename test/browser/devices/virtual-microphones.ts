/** Runs in the page: microphones that can be plugged in and out. Each hums a tone of its own, by which the far end knows it. */

interface Plugged {
  readonly id: string;
  readonly label: string;
  readonly groupId: string;
  readonly hz: number;
  gain: number;
}

/** How an open one is told from another: by what it hums. */
interface Open {
  readonly id: string;
  readonly track: MediaStreamTrack;
  readonly level: GainNode;
}

export class VirtualMicrophones {
  readonly #context = new AudioContext();
  #plugged: Plugged[] = [];
  #open: Open[] = [];
  #system = "";
  /** What the next requests are answered with. */
  refusal: DOMException | undefined;
  /** Every request, oldest first. */
  readonly requests: MediaTrackConstraints[] = [];
  /** How many were open at once, at most. */
  mostOpen = 0;
  readonly missingSpeakers = new Set<string>();
  /** How many times the list was read. */
  listed = 0;

  install(): void {
    const { mediaDevices } = navigator;
    const list = mediaDevices.enumerateDevices.bind(mediaDevices);
    const get = mediaDevices.getUserMedia.bind(mediaDevices);
    this.showSpeakers = async () => {
      for (const track of (await get({ audio: true })).getTracks()) track.stop();
    };
    mediaDevices.getUserMedia = (constraints) => this.#get((constraints?.audio ?? {}) as MediaTrackConstraints);
    mediaDevices.enumerateDevices = async () => {
      this.listed++;
      const outputs = (await list()).filter(({ kind }) => kind === "audiooutput");
      return [...this.#listed(), ...outputs.filter(({ deviceId }) => !this.missingSpeakers.has(deviceId))];
    };
  }

  /** The browser tells of its own loudspeakers once its own microphone was opened. */
  showSpeakers: () => Promise<void> = async () => {};

  plug(id: string, hz: number, { label = `Microphone ${id}`, groupId = `group ${id}` } = {}): void {
    this.#plugged.push({ id, label, groupId, hz, gain: 0.5 });
    this.#system ||= id;
    this.#tell();
  }

  /** As a browser does it: the tracks end, then the list changes. */
  unplug(id: string, { endTracks = true } = {}): void {
    this.#plugged = this.#plugged.filter((device) => device.id !== id);
    if (this.#system === id) this.#system = this.#plugged[0]?.id ?? "";
    for (const { track } of endTracks ? this.#open.filter((open) => open.id === id) : []) end(track);
    this.#tell();
  }

  set system(id: string) {
    this.#system = id;
    this.#tell();
  }

  /** The open tracks of it give nothing from now on; one that is opened later hums again. */
  freeze(id: string): void {
    for (const open of this.#open) if (open.id === id) open.level.disconnect();
  }

  /** Of the open tracks and of those to come: 0 is a device that is switched off. */
  setGain(id: string, gain: number): void {
    for (const device of this.#plugged) if (device.id === id) device.gain = gain;
    for (const open of this.#open) if (open.id === id) open.level.gain.value = gain;
  }

  /** Of the tracks that are open, oldest first. */
  get live(): string[] {
    return this.#open.filter(({ track }) => track.readyState === "live").map(({ id }) => id);
  }

  changeSpeakers(): void {
    this.#tell();
  }

  #tell(): void {
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  }

  #listed(): MediaDeviceInfo[] {
    const entry = (deviceId: string, label: string, groupId: string) =>
      ({ deviceId, label, groupId, kind: "audioinput" }) as MediaDeviceInfo;
    const system = this.#plugged.find(({ id }) => id === this.#system);
    return [
      ...(system ? [entry("default", `Default - ${system.label}`, system.groupId)] : []),
      ...this.#plugged.map(({ id, label, groupId }) => entry(id, label, groupId)),
    ];
  }

  async #get(constraints: MediaTrackConstraints): Promise<MediaStream> {
    this.requests.push(constraints);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.refusal) throw this.refusal;
    const { exact, ideal } = (constraints.deviceId ?? {}) as { exact?: string; ideal?: string };
    const find = (wanted: string | undefined) => this.#plugged.find(({ id }) => id === wanted);
    const device = exact ? find(exact) : (find(ideal) ?? find(this.#system));
    if (!device && exact) throw new DOMException("gone", "OverconstrainedError");
    if (!device) throw new DOMException("none", "NotFoundError");
    return this.#hum(device, constraints, exact || find(ideal) ? device.id : "default");
  }

  #hum(device: Plugged, constraints: MediaTrackConstraints, deviceId: string): MediaStream {
    const level = new GainNode(this.#context, { gain: device.gain });
    const hum = new OscillatorNode(this.#context, { frequency: device.hz });
    const out = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1 });
    hum.connect(level).connect(out);
    hum.start();
    void this.#context.resume();
    const track = out.stream.getAudioTracks()[0]!;
    const { echoCancellation, noiseSuppression, autoGainControl } = constraints;
    const settings = { deviceId, groupId: device.groupId, echoCancellation, noiseSuppression, autoGainControl };
    Object.defineProperty(track, "label", { value: device.label });
    track.getSettings = () => settings as MediaTrackSettings;
    track.applyConstraints = async () => {}; // as Chromium: nothing changes on the way
    this.#open.push({ id: device.id, track, level });
    this.mostOpen = Math.max(this.mostOpen, this.live.length);
    return out.stream;
  }
}

function end(track: MediaStreamTrack): void {
  if (track.readyState === "ended") return;
  track.stop();
  track.dispatchEvent(new Event("ended"));
}
