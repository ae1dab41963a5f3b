/** Tells a caller how far it is. What the caller does with that is its own affair: it ends nothing that is half done. */
export function tellProgress<Progress>(
  onProgress: ((progress: Progress) => unknown) | undefined,
  progress: Progress,
): void {
  try {
    Promise.resolve(onProgress?.(progress)).catch(() => undefined)
  } catch {
    // As above.
  }
}
