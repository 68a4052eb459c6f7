/** Who presents a key: an operator, or one organisation's case system or analyst. */
export type Caller =
  | { kind: 'operator'; keyId: string; scopes: readonly Scope[] }
  | { kind: 'provider' | 'commissioner'; organisation: string; keyId: string; scopes: readonly Scope[] }

export const scopes = ['read', 'write'] as const
export type Scope = (typeof scopes)[number]
