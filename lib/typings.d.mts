import type { makeManifest } from "./manifest.mjs";

/** Declarations by the name of their entry: `jsx`, `vue`, `react`. */
export function typings(manifest: ReturnType<typeof makeManifest>): Readonly<Record<string, string>>;
