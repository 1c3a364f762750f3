export interface NoticeOptions {
  readonly title: string;
  readonly body: string;
  /** A second notice with the same tag takes the place of the first. */
  readonly tag: string;
  readonly lang: string;
  readonly clicked: () => void;
}

/** Whether the person has let this site notify them. */
export const mayNotify = (): boolean => typeof Notification === "function" && Notification.permission === "granted";

/** Shows one outside of the page until the returned function is called. Does nothing where it may not, or cannot. */
export function showNotice({ title, body, tag, lang, clicked }: NoticeOptions): () => void {
  if (!mayNotify()) return () => {};
  try {
    const notice = new Notification(title, { body, tag, lang, requireInteraction: true, silent: true });
    notice.onclick = () => {
      window.focus();
      notice.close();
      clicked();
    };
    return () => notice.close();
  } catch {
    return () => {}; // Android lets only service workers notify
  }
}
