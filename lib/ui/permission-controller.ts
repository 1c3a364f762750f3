import type { ReactiveController, ReactiveControllerHost } from "lit";

/** What the browser would do if a page asked for the microphone now. `unknown` where it does not tell. */
export type MicrophonePermission = PermissionState | "unknown";

/** Follows the microphone permission while its host is connected. Asks the browser for nothing a person would see. */
export class PermissionController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #status: PermissionStatus | undefined;
  #connected = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get state(): MicrophonePermission {
    return this.#status?.state ?? "unknown";
  }

  hostConnected(): void {
    this.#connected = true;
    void this.#query();
  }

  hostDisconnected(): void {
    this.#connected = false;
    this.#status?.removeEventListener("change", this.#changed);
    this.#status = undefined;
  }

  async #query(): Promise<void> {
    try {
      const status = await navigator.permissions.query({ name: "microphone" });
      if (!this.#connected) return;
      this.#status?.removeEventListener("change", this.#changed);
      this.#status = status;
      status.addEventListener("change", this.#changed);
      this.#changed();
    } catch {
      // A browser that does not know the name: the state stays unknown.
    }
  }

  readonly #changed = (): void => this.#host.requestUpdate();
}
