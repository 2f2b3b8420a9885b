/**
 * Handing a file to somebody through the system's own share sheet. Runs in the page, right after a press.
 *
 * Surprising: a share sheet refuses kinds of file that it does not know, and files above a size that it does not say; so
 * whoever shares offers a download beside it.
 */

type Sharer = Pick<Navigator, "share" | "canShare">;

/** Above this, share sheets of cheap phones copy for minutes, or give up. */
const shareBytes = 50 * 1024 * 1024;

/** True when the share sheet says that it takes this file. */
export function canShareFile(file: File, sharer: Partial<Sharer> = navigator): boolean {
  return file.size <= shareBytes && sharer.share !== undefined && sharer.canShare?.({ files: [file] }) === true;
}

/** closed: the person changed their mind; refused: it has to be a download. */
export async function shareFile(file: File, sharer: Sharer = navigator): Promise<"shared" | "closed" | "refused"> {
  try {
    await sharer.share({ files: [file] });
    return "shared";
  } catch (error) {
    if (error instanceof DOMException) return error.name === "AbortError" ? "closed" : "refused";
    if (error instanceof TypeError) return "refused";
    throw error;
  }
}
