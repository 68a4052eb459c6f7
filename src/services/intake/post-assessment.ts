import { createHmac, randomUUID } from 'node:crypto'
import type { AssessmentBody } from '../../domain/casework/assessment-rules.ts'
import { canonicalJson } from '../../domain/canonical-json.ts'
import type { ContractMonth } from '../../domain/counts.ts'
import { invalid, notFound, Problem, type Reading } from '../../domain/problem.ts'
import type { AssessmentRevision } from '../../store/casework/assessments.ts'
import { withinTransaction } from '../../store/savepoint.ts'
import type { Store } from '../../store/store.ts'
import { receiveAssessments } from '../casework/receive-assessments.ts'
import { asNotThere } from '../casework/taken.ts'
import type { Needs, Sender } from '../needs.ts'

/** One try, under a key that stays the same when it is tried again. */
export interface Try {
  idempotencyKey: string
  /** As it was sent. */
  body: unknown
  reading: Reading<AssessmentBody>
}

/** `isReplay`: this was made by an earlier try. */
export interface Posted {
  stored: AssessmentRevision
  isReplay: boolean
}

/**
 * Stores an assessment under a reference of our own, once for each key: a try that failed has used up none, and of those that
 * come at the same moment one does the work. Key and body are kept as hashes under the installation's secret.
 *
 * @throws {Problem} `in-progress` while another try is under way, `invalid` if the key was used for another body
 */
export const postAssessment =
  (needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'ring' | 'secret'>) =>
  async (sender: Sender, contractId: string, { idempotencyKey, body, reading }: Try): Promise<Posted> => {
    const { provider, requests } = sender
    const hash = (text: string): Buffer => createHmac('sha256', needs.secret).update(text).digest()
    const keyHash = hash(`key ${idempotencyKey}`)
    const bodyHash = hash(`body ${contentOf(body)}`)
    const { months, ...posted } = await needs
      .transact({ role: 'provider', organisation: provider }, async (store, finish) => {
        const taken = await store.idempotencyKeys.take(contractId, { organisationId: provider, keyHash })
        if (taken === undefined)
          throw new Problem('in-progress', 'A request with this Idempotency-Key is under way.')
        const { made } = taken
        if (made !== undefined) {
          if (!bodyHash.equals(made.bodyHash))
            throw invalid([{ pointer: '/Idempotency-Key', detail: 'has been used for another body' }])
          return { stored: await revisionOf(store, contractId, made), isReplay: true, months: [] }
        }

        const months: ContractMonth[] = []
        const receive = receiveAssessments({
          ...needs,
          transact: withinTransaction(store),
          ring: (touched) => void months.push(...touched),
        })
        const [receipt] = await receive(sender, contractId, [{ ref: randomUUID(), reading }])
        if (receipt === undefined) throw new Error('each submission has a receipt')
        if ('problem' in receipt) throw receipt.problem

        const { stored } = receipt.put
        const { ref, revision } = stored
        // If another process was faster after all, this fails, and the next try finds what that one made.
        finish(
          store.idempotencyKeys.insert(contractId, {
            organisationId: provider,
            keyHash,
            bodyHash,
            ref,
            revision,
          }),
        )
        return { stored, isReplay: false, months }
      })
      .catch(asNotThere)
    needs.ring(months, requests)
    return posted
  }

/** @throws {Problem} where a body is nested so deeply that it cannot be written again */
function contentOf(body: unknown): string {
  try {
    return canonicalJson(body)
  } catch (error) {
    if (error instanceof RangeError) throw new Problem('bad-json', 'The body is nested too deeply.')
    throw error
  }
}

/** What the first try was answered with: that revision, whatever became of the assessment since; none if it was erased. */
async function revisionOf(
  { assessments }: Store,
  contractId: string,
  { ref, revision }: { ref: string; revision: number },
): Promise<AssessmentRevision> {
  const stored = await assessments.find(contractId, ref)
  if (stored?.revision === revision) return stored
  const former = await assessments.formerRevisions(contractId, ref)
  const found = former.find((one) => one.revision === revision)
  if (found === undefined) throw notFound()
  return found
}
