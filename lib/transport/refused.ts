import { withoutQuery } from "./address.ts";
import { TransportError } from "./transport.ts";

const reasons: Readonly<Record<number, string>> = {
  400: "it speaks none of the offered profiles",
  401: "the credentials are missing or wrong",
  403: "this origin is not allowed",
  404: "there is no voice server at this path",
  503: "it is full or shutting down",
};

/** The upgrade was answered by HTTP. Status 0: not shown to a page of another origin. Trying again helps unless the client is at fault. */
export function refusedError(url: string, status: number, cause?: unknown): TransportError {
  const reason = reasons[status] ?? (status >= 400 ? "it answers with an error" : undefined);
  const fatal = status >= 400 && status < 500 && status !== 429;
  const message = `${withoutQuery(url)} answers but refused the call${reason ? `: ${reason} (${status})` : ""}.`;
  return new TransportError("transport-refused", message, fatal, { cause });
}
