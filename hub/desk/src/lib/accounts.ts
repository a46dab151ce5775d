/** What the page asks the hub about accounts: signing in, one's own, and those of others. */
import { ask, segment, send } from "./api";
import type {
  AccountFile,
  AccountLine,
  GrantOrder,
  Invitation,
  Invited,
  Me,
  NewToken,
  OneTimeCode,
  OwnSession,
  RecoveryCodes,
  SecondFactor,
  Token,
  TokenOrder,
  TotpDraft,
} from "./types";

export const readMe = (): Promise<Me> => ask("/api/me");
/** `second` is the second factor; null as long as the hub has not asked for it. */
export const signIn = (name: string, password: string, second: string | null): Promise<Me> =>
  send("POST", "/api/session", { name, password, second });
export const useCode = (
  name: string,
  code: string,
  password: string,
  second: string | null,
): Promise<Me> => send("POST", "/api/session/code", { name, code, new: password, second });
export const signOut = (): Promise<void> => ask("/api/session", { method: "DELETE" });

export const changePassword = (current: string, fresh: string): Promise<void> =>
  send("POST", "/api/me/password", { current, new: fresh });

export const readSessions = (): Promise<OwnSession[]> => ask("/api/me/sessions");
export const endSession = (id: number): Promise<void> =>
  ask(`/api/me/sessions/${id}`, { method: "DELETE" });

export const readSecond = (): Promise<SecondFactor> => ask("/api/me/totp");
export const draftTotp = (current: string): Promise<TotpDraft> =>
  send("POST", "/api/me/totp", { current });
export const confirmTotp = (code: string): Promise<RecoveryCodes> =>
  send("POST", "/api/me/totp/confirmation", { code });
export const renewRecovery = (second: string): Promise<RecoveryCodes> =>
  send("POST", "/api/me/totp/recovery-codes", { second });
export const removeTotp = (second: string): Promise<void> =>
  send("POST", "/api/me/totp/removal", { second });

export const readTokens = (): Promise<Token[]> => ask("/api/me/tokens");
export const makeToken = (order: TokenOrder): Promise<NewToken> =>
  send("POST", "/api/me/tokens", order);
export const revokeToken = (id: number): Promise<void> =>
  ask(`/api/me/tokens/${id}`, { method: "DELETE" });

export const readAccounts = (): Promise<AccountLine[]> => ask("/api/accounts");
export const readAccount = (id: string): Promise<AccountFile> => ask(`/api/accounts/${segment(id)}`);
export const invite = (order: Invitation): Promise<Invited> => send("POST", "/api/accounts", order);
export const giveCode = (id: number): Promise<OneTimeCode> =>
  send("POST", `/api/accounts/${id}/code`, {});
export const giveRole = (id: number, order: GrantOrder): Promise<AccountFile> =>
  send("POST", `/api/accounts/${id}/grants`, order);
export const takeRole = (id: number, grant: number): Promise<AccountFile> =>
  ask(`/api/accounts/${id}/grants/${grant}`, { method: "DELETE" });
export const setDisabled = (id: number, disabled: boolean): Promise<AccountFile> =>
  send("PUT", `/api/accounts/${id}/state`, { disabled });
export const endSessionsOf = (id: number): Promise<AccountFile> =>
  ask(`/api/accounts/${id}/sessions`, { method: "DELETE" });
