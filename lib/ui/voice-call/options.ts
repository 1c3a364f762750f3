import type { AssetUrls, CallOptions } from "../../call/call-options.ts";
import type { CodecPreference } from "../../call/codecs.ts";

/** What the attributes of `<voice-call>` say; undefined where one is not set. */
export interface CallAttributes {
  readonly src: string | undefined;
  readonly token: string | undefined;
  readonly application: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly codecs: string | undefined;
  readonly profiles: string | undefined;
  readonly workletUrl: string | undefined;
  readonly workerUrl: string | undefined;
  readonly wasmUrl: string | undefined;
}

/** The options of the next call: `options`, overridden by the attributes that are set. */
export function callOptions(attributes: CallAttributes, options: CallOptions = {}): CallOptions {
  const { src, token, application, from, to, codecs, profiles, workletUrl, workerUrl, wasmUrl } = attributes;
  const offered = words(codecs);
  const assets: AssetUrls = { ...options.assets, ...present({ workletUrl, workerUrl, wasmUrl }) };
  return {
    ...options,
    ...present({ src, token, application, from, to, profiles: profiles == null ? undefined : words(profiles) }),
    // Names that are not codecs are refused by the call, which can say which exist.
    ...(offered.length > 0 ? { codecs: offered as CodecPreference[] } : {}),
    ...(Object.keys(assets).length > 0 ? { assets } : {}),
  };
}

const words = (list: string | undefined): string[] => list?.split(/[\s,]+/).filter(Boolean) ?? [];

function present<Values extends object>(values: Values): { [Key in keyof Values]?: NonNullable<Values[Key]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null)) as {
    [Key in keyof Values]?: NonNullable<Values[Key]>;
  };
}
