/**
 * Handing a file to somebody through the system's own share sheet. Runs in the page, right after a press.
 *
 * Surprising: a share sheet refuses kinds of file that it does not know, and files above a size that it does not say; so
 * whoever shares offers a download beside it.
 */

type Sharer = Pick<Navigator, "share" | "canShare">;

/** Above this, share sheets of cheap phones copy for minutes, or give up. */
const shareBytes = 50 * 1024 * 1024;

/** True when the share sheet says that it takes these files together. */
export function canShareFiles(files: readonly File[], sharer: Partial<Sharer> = navigator): boolean {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return bytes <= shareBytes && sharer.share !== undefined && sharer.canShare?.({ files: [...files] }) === true;
}

/** closed: the person changed their mind; refused: it has to be a download. */
export async function shareFiles(
  files: readonly File[],
  sharer: Sharer = navigator,
): Promise<"shared" | "closed" | "refused"> {
  try {
    await sharer.share({ files: [...files] });
    return "shared";
  } catch (error) {
    if (error instanceof DOMException) return error.name === "AbortError" ? "closed" : "refused";
    if (error instanceof TypeError) return "refused";
    throw error;
  }
}

/** One file. */
export const canShareFile = (file: File, sharer: Partial<Sharer> = navigator): boolean => canShareFiles([file], sharer);
export const shareFile = (file: File, sharer: Sharer = navigator): ReturnType<typeof shareFiles> =>
  shareFiles([file], sharer);
