/** What is worth an entry of the audit log; it names organisations, keys and contracts, and never a person or a case. */
export interface AuditEvent {
  /** An instant in ISO 8601. */
  at: string
  actorKind: 'operator' | 'provider' | 'commissioner' | 'service'
  action: AuditAction
  subjectKind: 'organisation' | 'key' | 'contract' | 'case' | 'client' | 'return'
  details: Readonly<Record<string, string | number | boolean | null | readonly string[]>>
}

export type AuditAction =
  | 'organisation-made'
  | 'organisation-changed'
  | 'key-issued'
  | 'key-revoked'
  | 'contract-made'
  | 'contract-changed'
  | 'erased'
  | 'retention-ended'
  | 'cases-read'
  | 'return-made'
  | 'return-read'
  | 'returns-listed'
  | 'return-submitted'
  | 'return-superseded'

/** An event at its place in the chain of an organisation; the chain of what is no organisation's has the empty name. */
export type AuditEntry = AuditEvent & { organisationId: string; entry: number }
