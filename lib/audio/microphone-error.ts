import { AudioError } from "./audio-error.ts";

/** What is known about the page when the browser refuses a microphone. */
export interface MicrophoneSurroundings {
  readonly secure: boolean;
  readonly hasMediaDevices: boolean;
  /** False where a Permissions-Policy, or an iframe without `allow`, forbids the microphone. */
  readonly policyAllows: boolean;
  /** The state of the permission after the refusal, where the browser tells. */
  permission(): Promise<PermissionState | undefined>;
}

interface PolicyDocument {
  readonly permissionsPolicy?: { allowsFeature(feature: string): boolean };
  readonly featurePolicy?: { allowsFeature(feature: string): boolean };
}

export function pageSurroundings(): MicrophoneSurroundings {
  const { permissionsPolicy, featurePolicy } = document as Document & PolicyDocument;
  return {
    secure: isSecureContext,
    hasMediaDevices: typeof navigator.mediaDevices?.getUserMedia === "function",
    policyAllows: (permissionsPolicy ?? featurePolicy)?.allowsFeature("microphone") ?? true,
    permission: async () => {
      try {
        return (await navigator.permissions.query({ name: "microphone" })).state;
      } catch {
        return undefined;
      }
    },
  };
}

/** What keeps this page from asking for a microphone at all. */
export function whyNoMicrophone(page: MicrophoneSurroundings): AudioError | undefined {
  if (!page.secure) {
    return new AudioError("media-insecure-context", "The browser gives no microphone to a page that is not secure.");
  }
  if (!page.hasMediaDevices) return new AudioError("media-unsupported", "This browser cannot record sound.");
  if (!page.policyAllows) return policyError();
  return undefined;
}

/** Names the reason why getUserMedia failed. */
export async function microphoneError(cause: unknown, page: MicrophoneSurroundings): Promise<AudioError> {
  const name = cause instanceof Error ? cause.name : "";
  const text = cause instanceof Error ? cause.message : String(cause);
  const error = (code: AudioError["code"], message: string) => new AudioError(code, message, { cause });
  switch (name) {
    case "NotAllowedError":
    case "SecurityError": // Firefox and older browsers, for a policy
      if (!page.policyAllows) return policyError(cause);
      // Chromium tells these two only in the text.
      if (/\bsystem\b/i.test(text)) {
        return error("media-permission-system", "The operating system does not let the browser use the microphone.");
      }
      if (/dismissed/i.test(text) || (await page.permission()) === "prompt") {
        return error("media-permission-dismissed", "The question for the microphone was closed without an answer.");
      }
      return error("media-permission-denied", "This page may not use the microphone.");
    case "NotFoundError":
      return error("media-no-device", "There is no microphone.");
    case "NotReadableError":
    case "AbortError":
      return error("media-in-use", "The microphone could not be started; another program may be using it.");
    case "OverconstrainedError":
      return error("media-constraints", "No microphone does what was asked for; the chosen one may be gone.");
    default:
      return error("media-failed", `The microphone could not be opened (${text}).`);
  }
}

function policyError(cause?: unknown): AudioError {
  return new AudioError("media-policy-iframe", "The page around this one does not let it use the microphone.", {
    cause,
  });
}
