/** The operator's token: it comes in the fragment of the link that the server prints, which browsers send to nobody. */

/** What is said in the next hello. Each token is good for one; the welcome brings the next. */
export interface OperatorToken {
  read(): string | null;
  keep(token: string): void;
}

/** The part of a window that is used; tests bring their own. */
export interface Page {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  readonly sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
}

const KEY = "cosmopolis.operator";
const MARK = "#operator=";

/** Takes the token out of the address, so that nobody shares it with the view, and keeps it for this tab. */
export function operatorToken(page: Page): OperatorToken {
  let token: string | null = null;
  const keep = (next: string): void => {
    token = next;
    try {
      page.sessionStorage.setItem(KEY, next);
    } catch {
      // storage is forbidden: the token lasts as long as the page
    }
  };
  const { hash, pathname, search } = page.location;
  if (hash.startsWith(MARK)) {
    keep(hash.slice(MARK.length));
    page.history.replaceState(null, "", pathname + search);
  } else {
    try {
      token = page.sessionStorage.getItem(KEY);
    } catch {
      // forbidden, so there is none
    }
  }
  return { read: () => token, keep };
}
