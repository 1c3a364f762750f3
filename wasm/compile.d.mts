export function sourcesOf(entry: string): Promise<Map<string, string>>;
export function sourcesHash(entry: string): Promise<string>;
export function compile(entry: string): Promise<{ readonly wasm: Uint8Array<ArrayBuffer>; readonly text: string }>;
