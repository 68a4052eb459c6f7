import type { Instrument } from '../domain/instrument.ts'
import { getAssessment, listAssessments } from './casework/read-assessments.ts'
import { getCase, listCases } from './casework/read-cases.ts'
import { putCase } from './casework/put-case.ts'
import { receiveAssessment } from './casework/receive-assessment.ts'
import { withdrawAssessment } from './casework/withdraw-assessment.ts'
import { eraseCase } from './erasure/erase-case.ts'
import { eraseClient } from './erasure/erase-client.ts'
import { putContact } from './contacts/put-contact.ts'
import { getContact, listContacts } from './contacts/read-contacts.ts'
import { withdrawContact } from './contacts/withdraw-contact.ts'
import { putContract } from './contracts/put-contract.ts'
import { getContract, listContracts } from './contracts/read-contracts.ts'
import { putFigures } from './figures/put-figures.ts'
import { getFigures, listFigures } from './figures/read-figures.ts'
import { assessmentKind, caseKind, contactKind } from './intake/kind.ts'
import { postAssessment } from './intake/post-assessment.ts'
import { readInstruments } from './intake/read-instruments.ts'
import { receiveLines, receiveWhole } from './intake/receive-lines.ts'
import type { Needs } from './needs.ts'
import { issueKey } from './organisations/issue-key.ts'
import { listKeys } from './organisations/list-keys.ts'
import { putOrganisation } from './organisations/put-organisation.ts'
import { getOrganisation, listOrganisations } from './organisations/read-organisations.ts'
import { revokeKey } from './organisations/revoke-key.ts'
import { compareContracts } from './outcomes/compare-contracts.ts'
import { countSuppressed } from './outcomes/count-suppressed.ts'
import { readTrend } from './outcomes/read-trend.ts'
import { readCasesOfMeasure } from './outcomes/read-cases-of-measure.ts'
import { readOutcomesWithin } from './outcomes/read-outcomes.ts'
import { readQualityWithin } from './outcomes/read-quality.ts'
import { readTransitionsWithin } from './outcomes/read-transitions.ts'
import { askForReturn } from './returns/ask-for-return.ts'
import { readDifferences } from './returns/read-differences.ts'
import { getReturn, listReturns } from './returns/read-returns.ts'
import { submitReturn } from './returns/submit-return.ts'
import { putWebhook } from './webhooks/put-webhook.ts'
import { deleteWebhook, getWebhook, listDeliveries, listWebhooks } from './webhooks/read-webhooks.ts'
import { readBacklog } from './counting/read-backlog.ts'

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
  eraseCase: eraseCase(needs),
  eraseClient: eraseClient(needs),
  receiveAssessment: receiveAssessment(needs),
  getAssessment: getAssessment(needs),
  listAssessments: listAssessments(needs),
  withdrawAssessment: withdrawAssessment(needs),
  putContact: putContact(needs),
  getContact: getContact(needs),
  listContacts: listContacts(needs),
  withdrawContact: withdrawContact(needs),
  postAssessment: postAssessment(needs),
  readInstruments: readInstruments(needs),
  receiveAssessmentLines: receiveLines(needs, assessmentKind),
  receiveAssessmentsWhole: receiveWhole(needs, assessmentKind),
  receiveCaseLines: receiveLines(needs, caseKind),
  receiveCasesWhole: receiveWhole(needs, caseKind),
  receiveContactLines: receiveLines(needs, contactKind),
  receiveContactsWhole: receiveWhole(needs, contactKind),
  putFigures: putFigures(needs),
  getFigures: getFigures(needs),
  listFigures: listFigures(needs),
  readOutcomes: countSuppressed(needs, readOutcomesWithin(needs), ({ figures }) =>
    [figures, ...figures.groups].flatMap(({ measures, changes }) => [...measures, ...changes]),
  ),
  readCasesOfMeasure: readCasesOfMeasure(needs),
  readTrend: countSuppressed(needs, readTrend(needs), ({ quarters }) => quarters),
  compareContracts: countSuppressed(needs, compareContracts(needs), ({ contracts }) => contracts),
  readTransitions: countSuppressed(needs, readTransitionsWithin(needs), (table) => [table]),
  readQuality: readQualityWithin(needs),
  askForReturn: askForReturn(needs),
  getReturn: getReturn(needs),
  listReturns: listReturns(needs),
  submitReturn: submitReturn(needs),
  readDifferences: readDifferences(needs),
  putWebhook: putWebhook(needs),
  getWebhook: getWebhook(needs),
  listWebhooks: listWebhooks(needs),
  listDeliveries: listDeliveries(needs),
  deleteWebhook: deleteWebhook(needs),
  readBacklog: readBacklog(needs),
  definitions: needs.definitions,
  instrument: (id: string, version: number): Instrument | undefined =>
    needs.definitions.instrument(id, version),
})

export type Services = ReturnType<typeof makeServices>
