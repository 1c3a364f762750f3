/** An optional package that a feature needs is not installed, or cannot be loaded. */
export class PeerDependencyError extends Error {
  override readonly name = "PeerDependencyError";
  readonly code = "peer-dependency";
  constructor(
    readonly packageName: string,
    feature: string,
    options?: ErrorOptions,
  ) {
    super(
      `${feature} needs the package "${packageName}". Install it beside voicebridge: npm install ${packageName}`,
      options,
    );
  }
}

/** Imports an optional peer dependency when it is needed. Rejects with `PeerDependencyError`. */
export async function loadPeer<T>(packageName: string, feature: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new PeerDependencyError(packageName, feature, { cause });
  }
}
