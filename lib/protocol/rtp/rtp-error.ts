/**
 * - `rtp-short`: the bytes end before what the header announces.
 * - `rtp-version`: not RTP version 2.
 * - `rtp-padding`: the padding count is zero or larger than what is there.
 * - `rtp-field`: a value to be written does not fit its field.
 */
export type RtpErrorCode = "rtp-short" | "rtp-version" | "rtp-padding" | "rtp-field";

export class RtpError extends Error {
  readonly code: RtpErrorCode;

  constructor(code: RtpErrorCode, message: string) {
    super(message);
    this.name = "RtpError";
    this.code = code;
  }
}

/** Throws `rtp-field` unless `value` is a whole number of `least` to `most`. */
export function checkField(name: string, value: number, most: number, least = 0): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RtpError("rtp-field", `RTP ${name} must be a whole number of ${least} to ${most}, not ${value}.`);
}
