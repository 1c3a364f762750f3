import type { CallOptions } from "./call-options.ts";
import { dial } from "./dial.ts";
import type { Destination } from "./line.ts";
import type { ResumeToken } from "./resume-token.ts";
import { VoiceError } from "./voice-error.ts";

/** Where an RTVBP call leads: by its options, by where it was before the page was loaded again, and by where the application moves it. */
export class Destinations {
  readonly #options: CallOptions;
  readonly #onFallback: (error: { readonly message: string }) => void;

  /** @param onFallback see `dial`. */
  constructor(options: CallOptions, onFallback: (error: { readonly message: string }) => void) {
    this.#options = options;
    this.#onFallback = onFallback;
  }

  /** The application the call begins with, or had been moved to before the page was loaded again. Throws where there is no address. */
  first({ moved = false, application: last, src: lastSrc }: Partial<ResumeToken> = {}): Destination {
    const { connect, src, application } = this.#options;
    if (moved && last !== undefined) return this.redirected(last) ?? this.#towards(lastSrc, last);
    const address = src ?? lastSrc;
    if (connect) return { connect, application: application ?? lastSegment(address) ?? "default", src: address };
    return this.#towards(address, application);
  }

  /** Undefined where the page knows no address of that application. */
  redirected(applicationId: string): Destination | undefined {
    const address = this.#options.redirect?.(applicationId);
    return address === undefined ? undefined : this.#towards(address, applicationId);
  }

  #towards(src: string | URL | undefined, application: string | undefined): Destination {
    if (src === undefined || src === "") {
      throw new VoiceError("transport-url", "The call has no address.", "Set src to a ws:// or wss:// address.", true);
    }
    const connect = dial(src, { ...this.#options, onFallback: this.#onFallback });
    return { connect, application: application ?? lastSegment(src) ?? "default", src };
  }
}

function lastSegment(src: string | URL | undefined): string | undefined {
  if (src === undefined) return undefined;
  const path = String(src).replace(/[?#].*$/s, "");
  return /([^/]+)\/*$/.exec(path)?.[1];
}
