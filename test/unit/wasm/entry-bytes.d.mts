export function entryBytes(name: string): Promise<Uint8Array<ArrayBuffer>>;
