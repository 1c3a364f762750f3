/** A finished recording. It is in the memory of the page and nowhere else. */
export interface CallRecording {
  readonly id: string;
  readonly tags: readonly string[];
  /** WebM with Opus, or what the browser's MediaRecorder makes. */
  readonly blob: Blob;
}

interface Running {
  readonly tags: readonly string[];
  readonly recorder: MediaRecorder;
  readonly done: Promise<Blob>;
}

/** The recordings under way of one call. Several may run at once. */
export class CallRecordings {
  readonly #running = new Map<string, Running>();

  /** @param stream both sides of the conversation. Returns the recording's identifier. */
  start(stream: MediaStream, tags: readonly string[]): string {
    const id = crypto.randomUUID();
    const recorder = new MediaRecorder(stream);
    const parts: Blob[] = [];
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    const done = new Promise<Blob>((resolve) => {
      recorder.addEventListener("stop", () => resolve(new Blob(parts, { type: recorder.mimeType })), { once: true });
    });
    recorder.start();
    this.#running.set(id, { tags, recorder, done });
    return id;
  }

  /** What is said while it is paused is left out. False where there is no such recording (any more). */
  pause(id: string, paused: boolean): boolean {
    const { recorder } = this.#running.get(id) ?? {};
    if (paused && recorder?.state === "recording") recorder.pause();
    if (!paused && recorder?.state === "paused") recorder.resume();
    return recorder !== undefined;
  }

  /** Undefined where there is no such recording (any more). */
  async stop(id: string): Promise<CallRecording | undefined> {
    const running = this.#running.get(id);
    if (!running) return undefined;
    this.#running.delete(id);
    const { tags, recorder, done } = running;
    if (recorder.state !== "inactive") recorder.stop();
    return { id, tags, blob: await done };
  }

  async stopAll(): Promise<CallRecording[]> {
    const stopped = await Promise.all([...this.#running.keys()].map((id) => this.stop(id)));
    return stopped.filter((recording) => recording !== undefined);
  }
}
