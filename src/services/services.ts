import type { Instrument } from '../domain/instrument.ts'
import { getAssessment, listAssessments } from './casework/read-assessments.ts'
import { getCase, listCases } from './casework/read-cases.ts'
import { putCase } from './casework/put-case.ts'
import { receiveAssessment } from './casework/receive-assessment.ts'
import { putContract } from './contracts/put-contract.ts'
import { getContract, listContracts } from './contracts/read-contracts.ts'
import type { Needs } from './needs.ts'
import { issueKey } from './organisations/issue-key.ts'
import { listKeys } from './organisations/list-keys.ts'
import { putOrganisation } from './organisations/put-organisation.ts'
import { getOrganisation, listOrganisations } from './organisations/read-organisations.ts'
import { revokeKey } from './organisations/revoke-key.ts'
import { readOutcomesWithin } from './outcomes/read-outcomes.ts'
import { readBacklog } from './outcomes/read-backlog.ts'

/** Everything that routes can ask for. */
export const makeServices = (needs: Needs) => ({
  putOrganisation: putOrganisation(needs),
  getOrganisation: getOrganisation(needs),
  listOrganisations: listOrganisations(needs),
  issueKey: issueKey(needs),
  listKeys: listKeys(needs),
  revokeKey: revokeKey(needs),
  putContract: putContract(needs),
  getContract: getContract(needs),
  listContracts: listContracts(needs),
  putCase: putCase(needs),
  getCase: getCase(needs),
  listCases: listCases(needs),
  receiveAssessment: receiveAssessment(needs),
  getAssessment: getAssessment(needs),
  listAssessments: listAssessments(needs),
  readOutcomes: readOutcomesWithin(needs),
  readBacklog: readBacklog(needs),
  definitions: needs.definitions,
  instrument: (id: string, version: number): Instrument | undefined =>
    needs.definitions.instrument(id, version),
})

export type Services = ReturnType<typeof makeServices>
