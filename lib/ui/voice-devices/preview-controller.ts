import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { DeviceManager } from "../../call/devices.ts";
import { MicrophonePreview } from "../../call/preview.ts";

const INTERVAL_MS = 150;

/** A microphone that is open while its host shows what comes from it, without a call. */
export class PreviewController implements ReactiveController {
  readonly #devices: () => DeviceManager;
  readonly #changed: () => void;
  #preview: MicrophonePreview | undefined;
  /** What the open one was opened as; undefined: closed. */
  #wanted: string | undefined;
  #opening: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setInterval> | undefined;
  #peak = 0;

  constructor(host: ReactiveControllerHost, devices: () => DeviceManager, changed: () => void) {
    this.#devices = devices;
    this.#changed = changed;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.stop();
  }

  get open(): boolean {
    return this.#wanted !== undefined;
  }

  /** 0 to 1 of full scale; 0 while it is closed. */
  get peak(): number {
    return this.#peak;
  }

  toggle(): Promise<void> {
    if (!this.open) return this.#start();
    this.stop();
    return Promise.resolve();
  }

  /** Something else may have been chosen. */
  renew(): Promise<void> {
    return this.open && this.#wanted !== this.#chosen ? this.#start() : Promise.resolve();
  }

  stop(): void {
    this.#wanted = undefined;
    clearInterval(this.#timer);
    this.#peak = 0;
    void this.#preview?.close();
    this.#preview = undefined;
    this.#changed();
  }

  get #chosen(): string {
    const { microphone, settings } = this.#devices();
    return JSON.stringify([microphone?.id, settings]);
  }

  #start(): Promise<void> {
    const wanted = this.#chosen;
    this.#wanted = wanted;
    const opening = this.#opening.then(async () => {
      if (this.#wanted !== wanted) return;
      const preview = await MicrophonePreview.open(this.#devices()).catch((error: unknown) => {
        this.stop();
        throw error;
      });
      void this.#preview?.close();
      this.#preview = preview;
      if (this.#wanted !== wanted) {
        this.#preview = undefined;
        await preview.close();
        return;
      }
      clearInterval(this.#timer);
      this.#timer = setInterval(() => {
        this.#peak = preview.peak();
        this.#changed();
      }, INTERVAL_MS);
    });
    this.#opening = opening.catch(() => {});
    return opening;
  }
}
