/** Puts a text where it can be pasted; false where the browser refuses, or has no such place (outside a secure page). */
export const copyText = (text: string): Promise<boolean> =>
  navigator.clipboard === undefined
    ? Promise.resolve(false)
    : navigator.clipboard.writeText(text).then(
        () => true,
        () => false,
      );
