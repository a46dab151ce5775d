/** What the page asks the hub about accounts: signing in, one's own, and those of others. */
import { ask, send } from "./api";
import type { Me, NewToken, OwnSession, Token, TokenOrder } from "./types";

export const readMe = (): Promise<Me> => ask("/api/me");
export const signIn = (name: string, password: string): Promise<Me> =>
  send("POST", "/api/session", { name, password });
export const useCode = (name: string, code: string, password: string): Promise<Me> =>
  send("POST", "/api/session/code", { name, code, password });
export const signOut = (): Promise<void> => ask("/api/session", { method: "DELETE" });

export const changePassword = (current: string, fresh: string): Promise<void> =>
  send("POST", "/api/me/password", { current, new: fresh });

export const readSessions = (): Promise<OwnSession[]> => ask("/api/me/sessions");
export const endSession = (id: number): Promise<void> =>
  ask(`/api/me/sessions/${id}`, { method: "DELETE" });

export const readTokens = (): Promise<Token[]> => ask("/api/me/tokens");
export const makeToken = (order: TokenOrder): Promise<NewToken> =>
  send("POST", "/api/me/tokens", order);
export const revokeToken = (id: number): Promise<void> =>
  ask(`/api/me/tokens/${id}`, { method: "DELETE" });
